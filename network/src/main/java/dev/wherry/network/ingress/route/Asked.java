package dev.wherry.network.ingress.route;

import org.jspecify.annotations.Nullable;

/** A request as far as rules look at it. */
public interface Asked {
  /** Lower case, without a port; "" where there is none. */
  String host();

  /** Normalised, without the query. */
  String path();

  String method();

  /** The values of a header, joined by commas; null where there is none. */
  @Nullable String header(String name);

  /** The first value of a parameter of the query; null where there is none. */
  @Nullable String parameter(String name);
}
