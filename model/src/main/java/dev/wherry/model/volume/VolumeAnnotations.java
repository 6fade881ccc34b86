package dev.wherry.model.volume;

/** Annotations by which binder, scheduler and provisioners talk to each other. */
public final class VolumeAnnotations {
  /** On a claim: its binding was completed once; should its volume vanish, it is lost. */
  public static final String BIND_COMPLETED = "pv.kubernetes.io/bind-completed";

  /** On a claim or volume: the binder chose the other side, not a user. */
  public static final String BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";

  /** On a volume: the provisioner that made it and that deletes it. */
  public static final String PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

  /** On a claim: the node for which a volume is to be made, chosen by the scheduler. */
  public static final String SELECTED_NODE = "volume.kubernetes.io/selected-node";

  /** On a claim: who is to make its volume. */
  public static final String PROVISIONER = "volume.kubernetes.io/storage-provisioner";

  /** The same under its older name, which provisioners still read. */
  public static final String PROVISIONER_BETA = "volume.beta.kubernetes.io/storage-provisioner";

  /** On a claim or volume: its class, from before there was a field. */
  public static final String CLASS_BETA = "volume.beta.kubernetes.io/storage-class";

  /** On a class: claims that name none get it. */
  public static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

  /** The same under its older name. */
  public static final String DEFAULT_CLASS_BETA =
      "storageclass.beta.kubernetes.io/is-default-class";

  private VolumeAnnotations() {}
}
