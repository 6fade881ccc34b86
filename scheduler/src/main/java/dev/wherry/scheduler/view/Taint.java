package dev.wherry.scheduler.view;

/** A node's taint; the effect under its Kubernetes name. */
public record Taint(String key, String value, String effect) {
  public static final String NO_SCHEDULE = "NoSchedule";
  public static final String PREFER_NO_SCHEDULE = "PreferNoSchedule";
  public static final String NO_EXECUTE = "NoExecute";
  public static final String UNSCHEDULABLE_KEY = "node.kubernetes.io/unschedulable";
}
