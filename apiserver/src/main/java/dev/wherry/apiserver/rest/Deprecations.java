package dev.wherry.apiserver.rest;

import dev.wherry.model.kind.KindInfo;
import java.util.Optional;

/** Warnings that upstream gives with every answer about an old kind. */
final class Deprecations {
  private Deprecations() {}

  static Optional<String> of(KindInfo kind) {
    return kind.group().isEmpty() && kind.plural().equals("endpoints")
        ? Optional.of("v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")
        : Optional.empty();
  }
}
