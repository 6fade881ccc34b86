package dev.wherry.network.ingress.route;

/** Where a share of a rule's requests goes. */
public sealed interface Target {
  record Backend(BackendKey key) implements Target {}

  /** It cannot be reached, and requests are told so. */
  record Broken(int status, String why) implements Target {}
}
