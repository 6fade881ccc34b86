package dev.wherry.apiserver.authn;

/**
 * Finds out who a caller is. Thread-safe; one that has to ask elsewhere waits a bounded time, on a
 * virtual thread.
 */
public interface Authenticator {
  /** Judges the credentials. */
  Outcome authenticate(Credentials credentials);

  /** The result of looking at credentials. */
  sealed interface Outcome {
    /** The caller is known. */
    record Known(UserInfo user) implements Outcome {}

    /** These credentials are not of a kind this authenticator judges. */
    record NotMine() implements Outcome {}

    /** The credentials are of this kind and do not hold: 401, and the reason for the log only. */
    record Refused(String reason) implements Outcome {}
  }
}
