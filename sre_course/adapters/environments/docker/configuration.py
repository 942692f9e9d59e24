"""Configuration files of the real stack, as JSON: that is YAML too."""

import json
from collections.abc import Mapping

from sre_course.adapters.environments.docker import promql
from sre_course.adapters.environments.docker.dashboard import dashboard
from sre_course.domain.red import RedNames


JOB = "app"  # the job under which the learner's app is scraped
SCRAPE = "1s"  # a learner should not wait; in production it is 15 s or more
ALERT_RATIO = 0.03  # of a route's requests
ALERT_WINDOW = "1m"
ALERT_FOR = "10s"
RATIO = "route:request_errors:ratio_rate1m"  # level:metric:operations, as is usual


def prometheus(target: str, metrics_path: str) -> str:
    """Return prometheus.yml.

    There is no fallback_scrape_protocol on purpose: what Prometheus 3 refuses must
    show as a failed target.
    """
    return _text(
        {
            "global": {
                "scrape_interval": SCRAPE,
                "scrape_timeout": SCRAPE,
                "evaluation_interval": SCRAPE,
            },
            "rule_files": ["/course/stack/rules.yml"],
            "alerting": {
                "alertmanagers": [
                    {"static_configs": [{"targets": ["alertmanager:9093"]}]}
                ]
            },
            "scrape_configs": [
                {
                    "job_name": JOB,
                    "metrics_path": metrics_path,
                    "honor_timestamps": False,
                    "body_size_limit": "8MB",
                    "static_configs": [{"targets": [target]}],
                },
                {
                    "job_name": "prometheus",
                    "scrape_interval": "15s",
                    "static_configs": [{"targets": ["localhost:9090"]}],
                },
            ],
        }
    )


def rules(names: RedNames | None) -> str:
    """Return the recording and alerting rules, as far as the names are known."""
    found: list[dict[str, object]] = [
        {
            "alert": "AppDown",
            "expr": f'up{{job="{JOB}"}} == 0',
            "for": ALERT_FOR,
            "labels": {"severity": "page"},
            "annotations": {"summary": "Prometheus cannot scrape the app"},
        }
    ]
    ratio = promql.error_ratios(names, ALERT_WINDOW) if names else ""
    if ratio:
        found += [
            {"record": RATIO, "expr": ratio},
            {
                "alert": "HighErrorRatio",
                "expr": f"{RATIO} > {ALERT_RATIO:g}",
                "for": ALERT_FOR,
                "labels": {"severity": "page"},
                "annotations": {
                    "summary": "{{ $value | humanizePercentage }} of its requests fail"
                },
            },
        ]
    return _text({"groups": [{"name": "red", "rules": found}]})


def alertmanager(inbox: str) -> str:
    """Return alertmanager.yml: everything goes to the inbox, soon."""
    return _text(
        {
            "route": {
                "receiver": "course",
                "group_by": ["alertname"],
                "group_wait": "1s",
                "group_interval": "5s",
                "repeat_interval": "1h",
            },
            "receivers": [
                {
                    "name": "course",
                    "webhook_configs": [{"url": inbox, "send_resolved": True}],
                }
            ],
        }
    )


def red(names: RedNames | None) -> str:
    """Return the dashboard's file."""
    return _text(dashboard(names))


def grafana(names: RedNames | None) -> Mapping[str, str]:
    """Return Grafana's provisioning files and the dashboard, by path."""
    return {
        "provisioning/datasources/sre-course.yaml": _text(
            {
                "apiVersion": 1,
                "datasources": [
                    {
                        "name": "Prometheus",
                        "uid": "prometheus",
                        "type": "prometheus",
                        "access": "proxy",
                        "url": "http://prometheus:9090",
                        "isDefault": True,
                        "editable": False,
                        "jsonData": {"timeInterval": SCRAPE, "httpMethod": "POST"},
                    }
                ],
            }
        ),
        "provisioning/dashboards/sre-course.yaml": _text(
            {
                "apiVersion": 1,
                "providers": [
                    {
                        "name": "sre-course",
                        "type": "file",
                        "disableDeletion": True,
                        "allowUiUpdates": True,
                        "updateIntervalSeconds": 2,
                        "options": {"path": "/course/stack/dashboards"},
                    }
                ],
            }
        ),
        "dashboards/red.json": red(names),
    }


# Grafana would otherwise ask for a login and look for plugins and news on the net.
GRAFANA_ENVIRONMENT: Mapping[str, str] = {
    "GF_PATHS_PROVISIONING": "/course/stack/provisioning",
    "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": "/course/stack/dashboards/red.json",
    "GF_AUTH_ANONYMOUS_ENABLED": "true",
    "GF_AUTH_ANONYMOUS_ORG_ROLE": "Admin",
    "GF_AUTH_DISABLE_LOGIN_FORM": "true",
    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
    "GF_ANALYTICS_REPORTING_ENABLED": "false",
    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": "false",
    "GF_NEWS_NEWS_FEED_ENABLED": "false",
    "GF_LOG_MODE": "console",
}


def _text(document: Mapping[str, object]) -> str:
    return json.dumps(document, indent=2) + "\n"
