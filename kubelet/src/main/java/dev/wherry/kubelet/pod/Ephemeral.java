package dev.wherry.kubelet.pod;

import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.EphemeralContainer;

/** Ephemeral containers as containers. Pure. */
final class Ephemeral {
  private Ephemeral() {}

  /** The same with what such a container may have: no ports, probes, hooks or resources. */
  static Container asContainer(EphemeralContainer from) {
    return Container.builder()
        .name(from.name())
        .image(from.image())
        .imagePullPolicy(from.imagePullPolicy())
        .command(from.command())
        .args(from.args())
        .workingDir(from.workingDir())
        .env(from.env())
        .envFrom(from.envFrom())
        .volumeMounts(from.volumeMounts())
        .volumeDevices(from.volumeDevices())
        .securityContext(from.securityContext())
        .stdin(from.stdin())
        .stdinOnce(from.stdinOnce())
        .tty(from.tty())
        .terminationMessagePath(from.terminationMessagePath())
        .terminationMessagePolicy(from.terminationMessagePolicy())
        .build();
  }
}
