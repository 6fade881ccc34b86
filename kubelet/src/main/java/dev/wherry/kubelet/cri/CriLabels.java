package dev.wherry.kubelet.cri;

/** Labels and annotations by which a restarted kubelet knows its own (rule: kubelet's types). */
public final class CriLabels {
  public static final String POD_NAME = "io.kubernetes.pod.name";
  public static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";
  public static final String POD_UID = "io.kubernetes.pod.uid";
  public static final String CONTAINER_NAME = "io.kubernetes.container.name";

  public static final String HASH = "io.kubernetes.container.hash";
  public static final String RESTART_COUNT = "io.kubernetes.container.restartCount";
  public static final String MESSAGE_PATH = "io.kubernetes.container.terminationMessagePath";
  public static final String MESSAGE_POLICY = "io.kubernetes.container.terminationMessagePolicy";
  public static final String GRACE_PERIOD = "io.kubernetes.pod.terminationGracePeriod";
  public static final String CONFIG_SOURCE = "kubernetes.io/config.source";

  private CriLabels() {}
}
