package dev.wherry.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.registry.ObjectRules;
import dev.wherry.apiserver.validation.Validation;
import dev.wherry.model.kind.KindInfo;

/** The rules of the built-in kinds. */
final class SchemaRules implements ObjectRules {
  @Override
  public void applyDefaults(KindInfo kind, ObjectNode object) {
    dev.wherry.model.defaults.Defaults.apply(kind, object);
  }

  @Override
  public void validateCreate(KindInfo kind, ObjectNode object) {
    Validation.create(kind, object);
  }

  @Override
  public void validateUpdate(KindInfo kind, ObjectNode object, ObjectNode old, String subresource) {
    Validation.update(kind, object, old, subresource);
  }
}
