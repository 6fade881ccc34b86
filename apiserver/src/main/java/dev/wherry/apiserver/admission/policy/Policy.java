package dev.wherry.apiserver.admission.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.admission.match.Criteria;
import dev.wherry.apiserver.view.Trees;
import org.jspecify.annotations.Nullable;

/** A policy, read once; its expressions are compiled when they are first wanted. */
final class Policy {
  private final String name;
  private final JsonNode spec;
  private final Criteria criteria;
  private final boolean mutating;
  private volatile @Nullable CompiledPolicy compiled;

  Policy(ObjectNode object, boolean mutating) {
    this.name = Trees.name(object);
    this.spec = object.path("spec");
    this.criteria = Criteria.ofPolicy(spec.path("matchConstraints"));
    this.mutating = mutating;
  }

  String name() {
    return name;
  }

  Criteria criteria() {
    return criteria;
  }

  /** Missing where the policy has no parameters. */
  JsonNode paramKind() {
    return spec.path("paramKind");
  }

  /** Whether a request goes on when the policy cannot be judged. */
  boolean ignoresFailure() {
    return Trees.text(spec, "failurePolicy").equals("Ignore");
  }

  boolean isReinvoked() {
    return Trees.text(spec, "reinvocationPolicy").equals("IfNeeded");
  }

  CompiledPolicy compiled() {
    CompiledPolicy known = compiled;
    if (known == null) {
      known = CompiledPolicy.of(spec, mutating);
      compiled = known;
    }
    return known;
  }
}
