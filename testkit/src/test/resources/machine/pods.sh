# Words that tests run in a machine with java and wherry below /opt, each after these lines.
set -eu
export JAVA_HOME=/opt/java PATH=/opt/wherry/bin:$PATH KUBECONFIG=/var/lib/wherry/admin.kubeconfig
config=/etc/wherry/kubelet.yaml

# A network that leads nowhere, there after each boot, so that the node has an address.
network() {
  cat >/etc/systemd/system/nowhere.service <<'UNIT'
[Unit]
DefaultDependencies=no
Before=network-online.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip link add nowhere type dummy; ip addr add 10.9.0.2/24 dev nowhere; ip link set nowhere up; ip route add default via 10.9.0.1'
[Install]
WantedBy=network-online.target
UNIT
  systemctl daemon-reload
  systemctl enable -q --now nowhere
}

# driver NAME: the kubelet's configuration with this cgroup driver.
driver() {
  mkdir -p /etc/wherry
  cat >$config <<CONFIG
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: $1
podPidsLimit: 128
evictionHard: {memory.available: 100Mi}
evictionPressureTransitionPeriod: 2m
shutdownGracePeriod: 6s
shutdownGracePeriodCriticalPods: 2s
CONFIG
}

# install DRIVER FLAG...: the service, from installing to readiness, however slow the machine is.
install() {
  ip link show nowhere >/dev/null 2>&1 || network
  driver "$1"
  shift
  mkdir -p /etc/systemd/system/wherry.service.d
  printf '[Service]\nTimeoutStartSec=1800\n' >/etc/systemd/system/wherry.service.d/slow.conf
  wherry service install server -- --runtime=builtin --node-name=machine --kubelet-config=$config "$@"
  wherry image import --busybox
}

# killed: kill -9 of the service's process, until systemd's next one is ready.
killed() {
  kill -9 "$(systemctl show wherry -p MainPID --value)"
  until [ "$(systemctl show wherry -p NRestarts --value)" = 1 ] && systemctl is-active -q wherry; do sleep 1; done
}

# get OBJECT: as JSON, as soon as the service is ready.
get() {
  until systemctl is-active -q wherry; do sleep 1; done
  wherry get "$@" -o json
}

# group UID: a pod's group, whatever the driver calls it.
group() {
  find /sys/fs/cgroup -type d -name "*pod$1*" -o -type d -name "*pod$(echo "$1" | tr - _)*" | head -n 1
}

# limits UID CONTAINER: memory, quota, weight, processes and oom.group of a pod's group and of its container's.
limits() {
  pod=$(group "$1")
  for group in "$pod" "$pod"/*"$2"*; do
    (cd "$group" && echo $(cat memory.max cpu.max cpu.weight pids.max memory.oom.group))
  done
}

# together UID CONTAINER: waits until all processes of a container end together (systemd 252 takes that back at a
# daemon-reload, the kubelet's next round of housekeeping sets it again).
together() {
  for i in $(seq 180); do
    [ "$(cat "$(group "$1")"/*"$2"*/memory.oom.group)" = 0 ] || return 0
    sleep 1
  done
  return 1
}

# processes WORD: ids of processes with a word on their command lines, sorted.
processes() {
  pgrep -f "$1" | grep -vx $$ | sort -n | tr '\n' ' '
}

# gone WORD: waits until no process has the word on its command line; else prints those that do.
gone() {
  for i in $(seq 60); do [ -n "$(processes "$1")" ] || return 0; sleep 1; done
  pgrep -af "$1"
}

# pods: a pod that counts and has limits, one that takes no SIGTERM and has none.
pods() {
  wherry apply -f - <<'PODS'
apiVersion: v1
kind: Pod
metadata: {name: counter}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: c
      image: busybox
      imagePullPolicy: IfNotPresent
      resources: {requests: {cpu: 100m, memory: 16Mi}, limits: {cpu: 500m, memory: 32Mi}}
      command: [sh, -c, 'i=0; while true; do echo $i; i=$((i+1)); sleep 1; done']
---
apiVersion: v1
kind: Pod
metadata: {name: deaf}
spec:
  containers:
    - {name: c, image: busybox, imagePullPolicy: IfNotPresent, command: [sh, -c, 'trap "" TERM; while true; do sleep 1; done']}
PODS
}

# gaps: lines of the counter's log that are not one more than the line before.
gaps() {
  awk '$4 != NR - 1 { print NR ": " $0 }' /var/log/pods/default_counter_*/c/0.log
}

# greedy: a pod whose container takes twice what it may and has another process.
greedy() {
  wherry apply -f - <<'POD'
apiVersion: v1
kind: Pod
metadata: {name: greedy}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: c
      image: busybox
      imagePullPolicy: IfNotPresent
      resources: {limits: {cpu: 500m, memory: 32Mi}}
      command: [sh, -c, 'sleep 3600 & head -c 64m /dev/zero | tail; wait']
POD
}

# hog KEPT: a pod of no class takes all but so many MiB of what the kernel says is available, until it is gone. No
# client runs meanwhile, since its memory would count.
hog() {
  available=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
  wherry apply -f - <<POD
apiVersion: v1
kind: Pod
metadata: {name: hog}
spec:
  restartPolicy: Never
  containers:
    - name: c
      image: busybox
      imagePullPolicy: IfNotPresent
      command: [sh, -c, ': hogged; (head -c $((available - $1 * 1024))k /dev/zero; sleep 3600) | tail']
POD
  for i in $(seq 120); do [ -z "$(processes hogged)" ] || break; sleep 1; done
  for i in $(seq 240); do [ -n "$(processes hogged)" ] || return 0; sleep 1; done
  grep -E '^Mem|^Active|^Inactive' /proc/meminfo
  journalctl -u wherry -n 40 --no-pager
  return 1
}

# churn N: so many pods from their start to their end, ten at a time.
churn() {
  left=$1
  while [ "$left" -gt 0 ]; do
    for i in 0 1 2 3 4 5 6 7 8 9; do
      cat <<POD
---
apiVersion: v1
kind: Pod
metadata: {name: churn-$i, labels: {app: churn}}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 1
  volumes: [{name: v, emptyDir: {}}, {name: m, emptyDir: {medium: Memory}}]
  containers:
    - name: c
      image: busybox
      imagePullPolicy: IfNotPresent
      volumeMounts: [{name: v, mountPath: /v}, {name: m, mountPath: /m}]
      command: [sh, -c, 'echo $left >/v/a; echo $left >/m/a; $([ $((i % 2)) = 0 ] && echo true || echo sleep 60)']
POD
    done | wherry apply -f - >/dev/null
    wherry wait --for=condition=PodScheduled pods -l app=churn --timeout=5m >/dev/null
    until [ "$(wherry get pods -l app=churn --no-headers | grep -cE ' (Running|Completed) ')" = 10 ]; do sleep 0.2; done
    wherry delete pods -l app=churn >/dev/null
    left=$((left - 10))
  done
}

# what is left of pods: a line each of mounts, namespaces, cgroups, network devices, files, records and processes.
counts() {
  echo "mounts $(grep -c . /proc/mounts)"
  echo "namespaces $(ls -l /proc/[0-9]*/ns/ 2>/dev/null | grep -o '[a-z]*:\[[0-9]*\]' | sort -u | grep -c .)"
  find /sys/fs/cgroup -type d -path '*kubepods*' | sort >/tmp/groups
  echo "cgroups $(grep -c . /tmp/groups)"
  echo "devices $(ip -o link | grep -c .)"
  find /var/lib/wherry /run/wherry /var/log/pods /run/netns -not -path '*/store/*' 2>/dev/null | sort >/tmp/files
  echo "files $(grep -c . /tmp/files)"
  echo "routes $(ip route show table all | grep -c .)"
  echo "processes $(ls -d /proc/[0-9]*/exe 2>/dev/null | while read -r exe; do readlink "$exe" || true; done | grep -cE 'shim|busybox|runc')"
}

# rest: the counts when nothing changes any more.
rest() {
  now=
  until [ "$now" = "$(counts)" ]; do
    now=$(counts)
    sleep 2
  done
  cp /tmp/files /tmp/groups /root
  echo "$now"
}

# settled COUNTS SLACK: until the counts are as they were, files but for the server's own few; else prints what is.
settled() {
  for i in $(seq 60); do
    now=$(counts)
    more=$(($(grep -c . /tmp/files) - $(grep -c . /root/files)))
    [ "$(echo "$now" | grep -v files)" != "$(echo "$1" | grep -v files)" ] || [ $more -ge "$2" ] || return 0
    sleep 0.5
  done
  echo "$now"
  comm -13 /root/files /tmp/files
  diff /root/groups /tmp/groups || true
}
