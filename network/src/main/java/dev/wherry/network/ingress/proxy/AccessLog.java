package dev.wherry.network.ingress.proxy;

/** Hears of every answer; must not block. */
@FunctionalInterface
public interface AccessLog {
  AccessLog NONE =
      new AccessLog() {
        @Override
        public void answered(Entry entry) {}

        @Override
        public boolean isWanted() {
          return false;
        }
      };

  /**
   * An answered request.
   *
   * @param owner of the rule, such as {@code Ingress ns/name}; "" for none
   * @param status 0 where the client left before the answer began
   * @param nanos from head to end
   */
  record Entry(
      String client,
      String host,
      String method,
      String path,
      String owner,
      int status,
      long nanos) {}

  void answered(Entry entry);

  /** Whether entries need to be made at all. */
  default boolean isWanted() {
    return true;
  }
}
