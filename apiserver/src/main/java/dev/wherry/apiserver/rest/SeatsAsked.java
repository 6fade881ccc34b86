package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.request.RequestInfo;
import java.util.function.ToIntFunction;

/**
 * How many seats a request takes: one, and more for a long list (apiserver
 * util/flowcontrol/request). A listed object costs a tenth of upstream's here, so ten times as many
 * fit a seat.
 */
record SeatsAsked(KindRoutes kinds, WatchCache cache) implements ToIntFunction<RequestInfo> {
  private static final int OBJECTS_PER_SEAT = 1_000;
  private static final int SEATS_MAX = 10;

  @Override
  public int applyAsInt(RequestInfo asked) {
    if (!asked.verb().equals("list")) {
      return 1;
    }
    return kinds
        .kinds()
        .find(asked.group(), asked.version(), asked.resource())
        .map(info -> cache.resource(KindRegistry.storage(info.kind())).size())
        .map(objects -> Math.clamp(objects / OBJECTS_PER_SEAT + 1, 1, SEATS_MAX))
        .orElse(1);
  }
}
