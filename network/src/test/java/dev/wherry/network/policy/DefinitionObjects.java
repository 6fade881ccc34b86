package dev.wherry.network.policy;

import dev.wherry.machinery.client.MetadataObject;
import dev.wherry.model.kind.Kind;
import dev.wherry.model.kind.KindInfo;

/** Definitions of kinds, as far as anybody here looks at them. */
final class DefinitionObjects {
  static final Kind<MetadataObject> KIND =
      MetadataObject.of(
          new KindInfo(
              "apiextensions.k8s.io",
              "v1",
              "CustomResourceDefinition",
              "customresourcedefinitions",
              false));

  private DefinitionObjects() {}
}
