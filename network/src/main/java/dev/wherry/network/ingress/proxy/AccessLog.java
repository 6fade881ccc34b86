package dev.wherry.network.ingress.proxy;

import dev.wherry.network.ingress.route.Route;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

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
      long nanos) {
    static Entry of(
        FrontHandler front,
        HttpRequest request,
        RequestHead.Read.@Nullable Good read,
        @Nullable Route rule,
        int status,
        long nanos) {
      return new Entry(
          front.clientAddress(),
          read == null ? "" : read.asked().host(),
          request.method().name(),
          read == null ? "" : read.asked().path(),
          rule == null ? "" : rule.owner(),
          status,
          nanos);
    }
  }

  void answered(Entry entry);

  /** Whether entries need to be made at all. */
  default boolean isWanted() {
    return true;
  }
}
