package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.List;

/** Rules of storage classes (storage validation). */
final class StorageClassRules {
  private static final List<String> BINDING_MODES = List.of("Immediate", "WaitForFirstConsumer");

  private StorageClassRules() {}

  static void check(Field storageClass) {
    Field provisioner = storageClass.child("provisioner");
    if (provisioner.require()) {
      provisioner.matches(NameRules::qualified);
    }
    storageClass.child("reclaimPolicy").oneOf(StorageRules.POLICIES);
    storageClass.child("volumeBindingMode").oneOf(BINDING_MODES);
  }

  static void update(Field storageClass, Field old) {
    for (String name : List.of("parameters", "provisioner", "reclaimPolicy")) {
      Field now = storageClass.child(name);
      if (!same(now.node(), old.child(name).node())) {
        now.forbidden("updates to " + name + " are forbidden.");
      }
    }
    KindRules.immutable(storageClass.child("volumeBindingMode"), old.child("volumeBindingMode"));
  }

  private static boolean same(JsonNode now, JsonNode old) {
    boolean absent =
        (now.isMissingNode() || now.isEmpty() && now.isObject())
            && (old.isMissingNode() || old.isEmpty() && old.isObject());
    return absent || now.equals(old);
  }
}
