package dev.wherry.network.dns.forward;

/** What came of asking others. */
public sealed interface Forwarded {
  /**
   * A server's answer.
   *
   * @param ageSeconds how long it has been kept already
   */
  record Answered(UpstreamMessage message, int ageSeconds) implements Forwarded {}

  /** None. */
  record Failed(Reason reason) implements Forwarded {}

  /** Why there is no answer. */
  enum Reason {
    /** This host knows no server to ask. */
    NO_SERVER,
    /** None answered in time, or none with an answer. */
    NO_ANSWER,
    /** More is under way than may be. */
    BUSY
  }
}
