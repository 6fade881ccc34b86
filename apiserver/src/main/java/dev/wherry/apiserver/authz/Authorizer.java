package dev.wherry.apiserver.authz;

/** Decides what a user may do. Thread-safe, answers from memory. */
public interface Authorizer {
  /** Judges one question. */
  Verdict authorize(AccessRequest request);

  /** The answer; a reason is for people and may be "". */
  sealed interface Verdict {
    /** Allowed; no further authoriser is asked. */
    record Allowed(String reason) implements Verdict {}

    /** This authoriser does not allow it; another one may. Nobody allowing it means 403. */
    record NoOpinion(String reason) implements Verdict {}

    /** Denied whatever others say. */
    record Denied(String reason) implements Verdict {}
  }

  /** True when the answer is {@link Verdict.Allowed}. */
  default boolean allows(AccessRequest request) {
    return authorize(request) instanceof Verdict.Allowed;
  }
}
