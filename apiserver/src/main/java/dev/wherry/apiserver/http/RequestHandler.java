package dev.wherry.apiserver.http;

/** Answers requests. Called on a virtual thread per request. */
@FunctionalInterface
public interface RequestHandler {
  /** Has to answer the exchange, or to arrange that it is answered later. */
  void handle(Exchange exchange);
}
