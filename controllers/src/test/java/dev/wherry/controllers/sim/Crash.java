package dev.wherry.controllers.sim;

/** The end of the controllers' process in the middle of what it does. */
final class Crash extends Error {
  private static final long serialVersionUID = 1L;

  Crash() {
    super("the process ends here", null, false, false);
  }
}
