package dev.wherry.apiserver.admission;

import java.util.Optional;

/**
 * One step of the chain. {@code mutate} may change {@link AdmissionRequest#object()} in place;
 * {@code validate} sees the final object and may only refuse. Both refuse by throwing {@code
 * ApiException}.
 */
public interface AdmissionPlugin {
  /** The name messages and the order use, as upstream names the plugin. */
  String name();

  /** Fills in or changes the object before it is validated. */
  default void mutate(AdmissionRequest request) {}

  /** The same, for plugins that a second round concerns. */
  default void mutate(AdmissionRequest request, Reinvocation round) {
    mutate(request);
  }

  /** Refuses what may not be stored. */
  default void validate(AdmissionRequest request) {}

  /**
   * Refuses, or takes what the object needs; comes last.
   *
   * @return gives back what was taken: called once the object shows in the cache or never will
   */
  default Optional<Runnable> reserve(AdmissionRequest request) {
    return Optional.empty();
  }
}
