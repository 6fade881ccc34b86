package dev.wherry.scheduler.plugins;

/** Amounts of resources as people write them. Pure. */
final class Amounts {
  private static final long MILLIS = 1_000;
  private static final long MIB = 1 << 20;

  private Amounts() {}

  /**
   * @param amount CPU in thousandths, memory and storage in bytes, others as they are
   */
  static String of(String resource, long amount) {
    return switch (resource) {
      case "cpu" -> amount % MILLIS == 0 ? String.valueOf(amount / MILLIS) : amount + "m";
      case "memory", "ephemeral-storage" -> Math.ceilDiv(amount, MIB) + "Mi";
      default -> String.valueOf(amount);
    };
  }
}
