package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.structural.NameRules;
import dev.wherry.model.status.ApiException.Cause;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Rules of CSI drivers, their nodes, capacities and attachments (storage validation). */
final class CsiRules {
  private static final int DRIVER_NAME_BYTES_MAX = 63;
  private static final int NODE_ID_BYTES_MAX = 256;
  private static final int ATTACHMENT_BYTES_MAX = 256 * 1024;
  private static final int ERROR_BYTES_MAX = 1024;
  private static final int UPDATE_SECONDS_MIN = 10;
  private static final long TOKEN_SECONDS_MIN = 600;
  private static final long TOKEN_SECONDS_MAX = 1L << 32;
  private static final List<String> GROUP_POLICIES =
      List.of("File", "None", "ReadWriteOnceWithFSType");
  private static final List<String> LIFECYCLES = List.of("Persistent", "Ephemeral");
  private static final String ONE_SOURCE =
      "must specify exactly one of inlineVolumeSpec and persistentVolumeName";

  private CsiRules() {}

  /** A name of a driver: a subdomain in any case of at most 63 bytes. */
  static void driverName(Field name) {
    if (!name.require()) {
      return;
    }
    if (name.text().length() > DRIVER_NAME_BYTES_MAX) {
      name.errors().tooLong(name.path(), DRIVER_NAME_BYTES_MAX);
    }
    NameRules.subdomain(name.text().toLowerCase(Locale.ROOT)).forEach(name::invalid);
  }

  static void driver(Field driver) {
    Field spec = driver.child("spec");
    if (!spec.child("attachRequired").present()) {
      // The path is misspelt there too.
      driver.errors().required("spec.attachedRequired", "");
    }
    for (String name : List.of("podInfoOnMount", "storageCapacity", "seLinuxMount")) {
      spec.child(name).require();
    }
    Field policy = spec.child("fsGroupPolicy");
    if (policy.present() && !GROUP_POLICIES.contains(policy.text())) {
      policy.errors().unsupported(policy.path(), policy.node(), GROUP_POLICIES);
    }
    tokens(spec.child("tokenRequests"));
    Field modes = spec.child("volumeLifecycleModes");
    for (Field mode : modes.items()) {
      if (!LIFECYCLES.contains(mode.text())) {
        modes
            .errors()
            .add(
                new Cause(
                    "FieldValueNotSupported",
                    "Unsupported value: "
                        + mode.node()
                        + ": supported values: \"Persistent\", \"Ephemeral\"",
                    modes.path()));
      }
    }
    spec.child("nodeAllocatableUpdatePeriodSeconds")
        .atLeast(UPDATE_SECONDS_MIN, "must be greater than or equal to 10 seconds");
    Field secrets = spec.child("serviceAccountTokenInSecrets");
    if (secrets.present() && spec.child("tokenRequests").node().isEmpty()) {
      secrets.invalid("serviceAccountTokenInSecrets is set but no tokenRequests are specified");
    }
  }

  private static void tokens(Field requests) {
    Set<String> audiences = new HashSet<>();
    for (Field request : requests.items()) {
      Field audience = request.child("audience");
      if (!audiences.add(audience.text())) {
        audience.errors().duplicate(audience.path(), audience.node());
        continue;
      }
      Field seconds = request.child("expirationSeconds");
      seconds.atLeast(TOKEN_SECONDS_MIN, "may not specify a duration less than 10 minutes");
      if (seconds.number() > TOKEN_SECONDS_MAX) {
        seconds.invalid("may not specify a duration larger than 2^32 seconds");
      }
    }
  }

  static void driverUpdate(Field driver, Field old) {
    immutable(driver, "spec.attachedRequired", "attachRequired", old);
    immutable(driver, "spec.volumeLifecycleModes", "volumeLifecycleModes", old);
  }

  private static void immutable(Field driver, String path, String name, Field old) {
    Field now = driver.at("spec", name);
    KindRules.immutable(Field.of(now.node(), path, driver.errors()), old.at("spec", name));
  }

  static void node(Field node) {
    Set<String> names = new HashSet<>();
    for (Field driver : node.at("spec", "drivers").items()) {
      Field name = driver.child("name");
      driverName(name);
      nodeId(driver.child("nodeID"));
      driver.at("allocatable", "count").nonNegative();
      if (!names.add(name.text())) {
        name.errors().duplicate(name.path(), name.node());
      }
      topologyKeys(driver);
    }
  }

  private static void nodeId(Field id) {
    if (id.require() && id.text().length() > NODE_ID_BYTES_MAX) {
      id.invalid("must be " + NODE_ID_BYTES_MAX + " characters or less");
    }
  }

  private static void topologyKeys(Field driver) {
    Set<String> keys = new HashSet<>();
    for (Field key : driver.child("topologyKeys").items()) {
      if (key.text().isEmpty()) {
        driver.errors().required(driver.path(), "");
      }
      if (!keys.add(key.text())) {
        driver.errors().duplicate(driver.path(), key.node());
      }
      NameRules.qualified(key.text())
          .forEach(why -> driver.errors().invalid(driver.path(), key.text(), why));
    }
  }

  /** How many volumes fit may change; what else a driver said of itself may not. */
  static void nodeUpdate(Field node, Field old) {
    Field drivers = node.at("spec", "drivers");
    for (Field before : old.at("spec", "drivers").items()) {
      for (Field now : drivers.items()) {
        JsonNode kept = withoutAllocatable(now);
        if (now.child("name").is(before.child("name").text())
            && !kept.equals(withoutAllocatable(before))) {
          node.errors().invalid(drivers.path(), kept, "field is immutable");
        }
      }
    }
  }

  private static JsonNode withoutAllocatable(Field driver) {
    JsonNode copy = driver.node().deepCopy();
    if (copy instanceof ObjectNode object) {
      object.remove("allocatable");
    }
    return copy;
  }

  static void capacity(Field capacity) {
    SelectorRules.changedSelector(
        capacity.child("nodeTopology"), capacity.errors().before().path("nodeTopology"));
    Field name = capacity.child("storageClassName");
    NameRules.subdomain(name.text())
        .forEach(why -> name.errors().invalid(name.path(), name.text(), why));
    if (capacity.child("capacity").present()) {
      ResourceRules.nonNegative(capacity.child("capacity"));
    }
  }

  static void capacityUpdate(Field capacity, Field old) {
    for (String name : List.of("nodeTopology", "storageClassName")) {
      KindRules.immutable(capacity.child(name), old.child(name));
    }
  }

  static void attachment(Field attachment) {
    Field spec = attachment.child("spec");
    driverName(spec.child("attacher"));
    source(spec.child("source"));
    Field nodeName = spec.child("nodeName");
    NameRules.subdomain(nodeName.text())
        .forEach(why -> nodeName.errors().invalid(nodeName.path(), nodeName.text(), why));
    attachmentStatus(attachment);
  }

  private static void source(Field source) {
    Field inline = source.child("inlineVolumeSpec");
    Field name = source.child("persistentVolumeName");
    if (inline.present() && name.present()) {
      source.forbidden(ONE_SOURCE);
    } else if (name.present()) {
      name.require("must specify non empty persistentVolumeName");
      NameRules.subdomain(name.text())
          .forEach(why -> name.errors().invalid(name.path(), name.text(), why));
    } else if (inline.present()) {
      StorageRules.inline(inline);
    } else {
      source.errors().required(source.path(), ONE_SOURCE);
    }
  }

  private static void attachmentStatus(Field attachment) {
    Field status = attachment.child("status");
    Field metadata = status.child("attachmentMetadata");
    long bytes =
        metadata.entries().stream()
            .mapToLong(e -> e.getKey().length() + (long) e.getValue().text().length())
            .sum();
    if (bytes > ATTACHMENT_BYTES_MAX) {
      metadata.errors().tooLong(metadata.path(), ATTACHMENT_BYTES_MAX);
    }
    for (String name : List.of("attachError", "detachError")) {
      Field message = status.child(name).child("message");
      if (message.text().length() > ERROR_BYTES_MAX) {
        // The limit that is told is that of the metadata, there too.
        message.errors().tooLong(message.path(), ATTACHMENT_BYTES_MAX);
      }
      Field code = status.child(name).child("errorCode");
      code.atLeast(0, "must be between 0 and 2147483647, inclusive");
    }
  }

  static void attachmentUpdate(Field attachment, Field old) {
    KindRules.immutable(attachment.child("spec"), old.child("spec"));
  }
}
