package dev.wherry.runtime.builtin.container;

import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.runtime.builtin.spec.PodPlace;
import java.util.Optional;

/** What containers ask of their sandbox. */
public interface PodLookup {
  /** A sandbox's configuration; empty when there is none. */
  Optional<PodSandboxConfig> config(String sandboxId);

  /** What its containers share; empty when it does not run. */
  Optional<PodPlace> place(String sandboxId);
}
