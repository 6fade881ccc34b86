package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.registry.ObjectRules;
import dev.wherry.apiserver.registry.TemplateGeneration;
import dev.wherry.model.defaults.Defaults;
import dev.wherry.model.kind.KindInfo;
import java.time.InstantSource;

/** Defaults and rules of the built-in kinds, as the registry asks for them. */
public final class BuiltInRules implements ObjectRules {
  private final InstantSource clock;

  public BuiltInRules(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public void applyDefaults(KindInfo kind, ObjectNode object) {
    TemplateGeneration.read(kind, object);
    Defaults.apply(kind, object);
    if (kind.plural().equals("resourceslices") && kind.group().equals("resource.k8s.io")) {
      DeviceTaintTimes.fill(object, clock.instant());
    }
  }

  @Override
  public void validateGiven(KindInfo kind, ObjectNode object) {
    FieldErrors errors = new FieldErrors();
    ServiceFamilyRules.check(Field.root(object, errors).child("spec"));
    errors.throwIfAny(kind, object.path("metadata").path("name").asText());
  }

  @Override
  public void validateCreate(KindInfo kind, ObjectNode object) {
    Validation.create(kind, Conversions.judged(kind, object));
  }

  @Override
  public void validateUpdate(KindInfo kind, ObjectNode object, ObjectNode old, String subresource) {
    Validation.update(
        kind, Conversions.judged(kind, object), Conversions.judged(kind, old), subresource);
  }
}
