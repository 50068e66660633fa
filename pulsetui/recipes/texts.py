"""The longer texts of ``recipes.recipes``. Words between @ signs are filled in there."""

from __future__ import annotations

SYSTEMD_SUCCESS = """\
# systemctl edit YOUR.service
[Service]
Type=oneshot
TimeoutStartSec=@SECONDS@
ExecStartPost=-/usr/bin/curl -fsS -m 10 --retry 3 -o /dev/null "@RAW_URL@"
"""

SYSTEMD_FULL = """\
# systemctl edit YOUR.service
[Service]
Type=oneshot
TimeoutStartSec=@SECONDS@
ExecStartPre=-/usr/bin/curl -fsS -m 5 -o /dev/null "@RAW_URL@/start"
ExecStopPost=-/bin/sh -c 'case $$SERVICE_RESULT in \
success) e=0;; exit-code) e=$$EXIT_STATUS;; *) e=fail;; esac; \
curl -fsS -m 10 --retry 3 -o /dev/null "@RAW_URL@/$$e"'
"""

SYSTEMD_TIMER = """\
# systemctl edit --full --force YOUR.timer
# then: systemctl daemon-reload && systemctl enable --now YOUR.timer
[Unit]
Description=When @SLUG@ is due

[Timer]
@TIMER@
AccuracySec=1s
Persistent=true

[Install]
WantedBy=timers.target
"""

SCRIPT = """\
#!/bin/sh
# Reports the start, the end with its exit code, and the last 10 kB of output.
url=@URL@
log=$(mktemp) || exit 1

report() {
    code=$?
    trap - EXIT HUP INT TERM
    cat "$log"
    tail -c 10000 "$log" | curl -fsS -m 10 --retry 3 -o /dev/null --data-binary @- "$url/$code"
    rm -f "$log"
    exit "$code"
}
trap report EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

curl -fsS -m 5 -o /dev/null "$url/start"
@JOB@ >"$log" 2>&1
"""

DJANGO = '''\
# yourapp/management/commands/@COMMAND@.py
import sys
import traceback
from urllib.request import urlopen

from django.core.management.base import BaseCommand

PING_URL = "@RAW_URL@"


def ping(event="", text=""):
    """Tells PulseTUI. Whatever goes wrong here never harms the job."""
    try:
        urlopen(PING_URL + event, data=text[-10_000:].encode(), timeout=10).close()
    except Exception as error:
        print(f"ping {event}: {error}", file=sys.stderr)


class Command(BaseCommand):
    def handle(self, *args, **options):
        ping("/start")
        try:
            said = self.work()
        except BaseException:
            ping("/fail", traceback.format_exc())
            raise
        ping(text=said)

    def work(self):
        return "imported 42 records"  # the command's own code; what it returns is kept with the ping
'''

CELERY = '''\
# tasks.py
import sys
from urllib.request import urlopen

from celery import shared_task
from celery.signals import task_failure, task_prerun, task_success

PING_URL = "@RAW_URL@"


@shared_task
def @COMMAND@():
    return "imported 42 records"  # the task's own code


def ping(event, run, text=""):
    """Tells PulseTUI. Whatever goes wrong here never harms the task."""
    try:
        urlopen(f"{PING_URL}{event}?rid={run}", data=text[-10_000:].encode(), timeout=10).close()
    except Exception as error:
        print(f"ping {event}: {error}", file=sys.stderr)


@task_prerun.connect(sender=@COMMAND@)
def started(task_id, **_):
    ping("/start", task_id)


@task_success.connect(sender=@COMMAND@)
def succeeded(sender, result, **_):
    ping("", sender.request.id, str(result))


@task_failure.connect(sender=@COMMAND@)
def failed(task_id, einfo, **_):
    ping("/fail", task_id, str(einfo))
'''

KUBERNETES = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: "@NAME@"
spec:
  schedule: "@TIMES@"
  timeZone: "@ZONE@"
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: job
              image: YOUR_IMAGE
              command: ["/bin/sh", "-c"]
              args:
                - |
                  @START@
                  @JOB@
                  code=$?
                  @PING@/$code
                  exit $code
"""

GITHUB = """\
# .github/workflows/@SLUG@.yml
on:
  schedule:
    - cron: "@UTC_TIMES@"@UTC_REMARK@
jobs:
  job:
    runs-on: ubuntu-latest
    timeout-minutes: @MINUTES@
    env:
      PING_URL: "@RAW_URL@"
    steps:
      - name: Say that it starts
        run: curl -fsS -m 5 -o /dev/null "$PING_URL/start" || true
      - name: The job
        run: @BARE_JOB@
      - name: Say how it ended
        if: always()
        env:
          STATUS: ${{ job.status }}
        run: |
          [ "$STATUS" = success ] || PING_URL="$PING_URL/fail"
          curl -fsS -m 10 --retry 3 -o /dev/null "$PING_URL"
"""
