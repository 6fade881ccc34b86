package dev.wherry.apiserver.admission;

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

  /** Refuses what may not be stored. */
  default void validate(AdmissionRequest request) {}
}
