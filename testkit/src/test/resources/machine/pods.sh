# What the tests do in a machine with the disks java and wherry.
set -eu
export JAVA_HOME=/opt/java PATH=/opt/wherry/bin:$PATH
config=/etc/wherry/kubelet.yaml

# A network that leads nowhere, here after each boot, so that the node has an address.
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

# driver NAME
driver() {
  mkdir -p /etc/wherry
  cat >$config <<CONFIG
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: $1
podPidsLimit: 128
CONFIG
}

start() {
  network
  driver cgroupfs
  wherry service install server -- --runtime=builtin --node-name=machine --kubelet-config=$config
}

# await SECONDS COMMAND...: until the command succeeds.
await() {
  left=$1
  shift
  until "$@"; do
    left=$((left - 1))
    [ $left -gt 0 ] || { echo "not in time: $*"; return 1; }
    sleep 1
  done
}

# pod NAME RESOURCES COMMAND
pod() {
  cat <<POD
---
apiVersion: v1
kind: Pod
metadata: {name: $1}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - {name: c, image: busybox, imagePullPolicy: IfNotPresent, resources: $2, command: [sh, -c, '$3']}
POD
}

count='i=0; while true; do echo $i; i=$((i+1)); sleep 1; done'
sized='{requests: {cpu: 100m, memory: 16Mi}, limits: {cpu: 500m, memory: 32Mi}}'

# of POD JSONPATH
of() {
  wherry get pod "$1" -o "jsonpath={$2}"
}

group() {
  uid=$(of "$1" .metadata.uid)
  find /sys/fs/cgroup -type d -name "*pod$uid*" -o -type d -name "*pod$(echo "$uid" | tr - _)*" | head -n 1
}

# The limits of a pod's group and of its container's, a line each.
limits() {
  pod=$(group "$1")
  echo "${pod#/sys/fs/cgroup}"
  id=$(of "$1" '.status.containerStatuses[0].containerID')
  for group in "$pod" "$pod"/*"${id##*/}"*; do
    echo "$(cat "$group/memory.max") $(cat "$group/cpu.max") $(cat "$group/cpu.weight") $(cat "$group/pids.max") $(cat "$group/memory.oom.group")"
  done
}

# The lines that a counter has written so far.
lines() {
  cat /var/log/pods/default_"$1"_*/c/*.log | wc -l
}
