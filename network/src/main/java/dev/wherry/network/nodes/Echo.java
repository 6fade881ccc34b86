package dev.wherry.network.nodes;

/**
 * What came of asking a node through the tunnel: it is silent after three questions in a row
 * without an answer, and heard again after two with one. Pure.
 *
 * @param inRow how many times in a row it was otherwise than {@code silent} says
 */
record Echo(boolean silent, int inRow) {
  static final Echo HEARD = new Echo(false, 0);
  static final Echo SILENT = new Echo(true, 0);

  private static final int SILENT_AFTER = 3;
  private static final int HEARD_AFTER = 2;

  /** After one more question. */
  Echo after(boolean answered) {
    if (answered != silent) {
      return new Echo(silent, 0);
    }
    if (inRow + 1 >= (silent ? HEARD_AFTER : SILENT_AFTER)) {
      return new Echo(!silent, 0);
    }
    return new Echo(silent, inRow + 1);
  }
}
