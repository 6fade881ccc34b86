package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.wherry.apiserver.structural.NameRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Rules of classes of storage and of volumes' attributes (storage validation). */
final class StorageClassRules {
  private static final List<String> BINDING_MODES = List.of("Immediate", "WaitForFirstConsumer");
  private static final List<String> POLICIES = List.of("Delete", "Retain");
  private static final int PARAMETERS_MAX = 512;
  private static final int PARAMETERS_BYTES_MAX = 256 * 1024;

  private StorageClassRules() {}

  static void check(Field storageClass) {
    provisioner(storageClass.child("provisioner"));
    parameters(storageClass.child("parameters"));
    storageClass.child("reclaimPolicy").oneOf(POLICIES);
    Field mode = storageClass.child("volumeBindingMode");
    if (!mode.present()) {
      mode.require();
    } else if (!BINDING_MODES.contains(mode.text())) {
      mode.errors().unsupported(mode.path(), mode.node(), BINDING_MODES);
    }
    topologies(storageClass.child("allowedTopologies"));
  }

  private static void provisioner(Field provisioner) {
    if (provisioner.require()) {
      String lower = provisioner.text().toLowerCase(Locale.ROOT);
      NameRules.qualified(lower)
          .forEach(why -> provisioner.errors().invalid(provisioner.path(), lower, why));
    }
  }

  private static void parameters(Field parameters) {
    List<Map.Entry<String, Field>> entries = parameters.entries();
    if (entries.size() > PARAMETERS_MAX) {
      parameters.errors().tooLong(parameters.path(), PARAMETERS_MAX);
      return;
    }
    long bytes = 0;
    for (Map.Entry<String, Field> entry : entries) {
      if (entry.getKey().isEmpty()) {
        parameters.errors().invalid(parameters.path(), "", "field can not be empty.");
      }
      bytes += entry.getKey().length() + (long) entry.getValue().text().length();
    }
    if (bytes > PARAMETERS_BYTES_MAX) {
      parameters.errors().tooLong(parameters.path(), PARAMETERS_BYTES_MAX);
    }
  }

  private static void topologies(Field topologies) {
    List<Map<String, Set<String>>> seen = new ArrayList<>();
    for (Field term : topologies.items()) {
      Map<String, Set<String>> values = term(term.child("matchLabelExpressions"));
      // Upstream begins with as many empty terms as there are, so an empty one counts as twice.
      if (values.isEmpty() || seen.contains(values)) {
        term.errors().duplicate(term.child("matchLabelExpressions").path(), TextNode.valueOf(""));
      }
      seen.add(values);
    }
  }

  private static Map<String, Set<String>> term(Field expressions) {
    Map<String, Set<String>> byKey = new TreeMap<>();
    for (Field expression : expressions.items()) {
      Field key = expression.child("key");
      Field values = expression.child("values");
      Set<String> set = new HashSet<>();
      if (values.node().isEmpty()) {
        values.errors().required(values.path(), "");
      }
      for (Field value : values.items()) {
        if (!set.add(value.text())) {
          value.errors().duplicate(value.path(), value.node());
        }
      }
      SelectorRules.labelKey(key);
      if (byKey.put(key.text(), set) != null) {
        key.errors().duplicate(key.path(), key.node());
      }
    }
    return byKey;
  }

  static void update(Field storageClass, Field old) {
    for (String name : List.of("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode")) {
      if (!same(storageClass.child(name).node(), old.child(name).node())) {
        KindRules.immutable(storageClass.child(name), old.child(name));
      }
    }
  }

  private static boolean same(JsonNode now, JsonNode old) {
    boolean absent =
        (now.isMissingNode() || now.isEmpty() && now.isObject())
            && (old.isMissingNode() || old.isEmpty() && old.isObject());
    return absent || now.equals(old);
  }

  static void attributes(Field attributesClass) {
    provisioner(attributesClass.child("driverName"));
    Field parameters = attributesClass.child("parameters");
    parameters(parameters);
    if (parameters.node().isEmpty()) {
      parameters.errors().required(parameters.path(), "must contain at least one key/value pair");
    }
  }

  static void attributesUpdate(Field attributesClass, Field old) {
    for (String name : List.of("driverName", "parameters")) {
      Field now = attributesClass.child(name);
      if (!same(now.node(), old.child(name).node())) {
        now.forbidden("updates to " + name + " are forbidden.");
      }
    }
  }
}
