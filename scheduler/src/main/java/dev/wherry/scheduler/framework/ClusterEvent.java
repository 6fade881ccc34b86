package dev.wherry.scheduler.framework;

/** Changes of the cluster that may make an unschedulable pod schedulable. */
public enum ClusterEvent {
  NODE_ADDED,
  NODE_GONE,
  NODE_ALLOCATABLE,
  NODE_LABELS,
  NODE_TAINTS,
  ASSIGNED_POD_ADDED,
  ASSIGNED_POD_GONE,
  ASSIGNED_POD_DELETING,
  ASSIGNED_POD_LABELS,
  ASSIGNED_POD_SHRUNK,
  CLAIM_CHANGED,
  STORAGE_CHANGED,
  DEVICE_CLAIM_CHANGED,
  DEVICES_CHANGED,
  POD_CHANGED
}
