package dev.wherry.scheduler.framework;

/** What a plugin says of a pod on a node. */
public sealed interface Verdict {
  Verdict FITS = new Fits();

  record Fits() implements Verdict {}

  /**
   * @param reason in upstream's words, as it stands in {@code 0/3 nodes are available: ...}
   * @param evictionMayHelp false where removing pods from the node would change nothing
   */
  record Rejected(String reason, boolean evictionMayHelp) implements Verdict {}
}
