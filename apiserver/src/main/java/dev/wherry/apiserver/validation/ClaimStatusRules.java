package dev.wherry.apiserver.validation;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Rules of what is written into a claim's status: devices, users, drivers' words. */
final class ClaimStatusRules {
  private static final int USERS_MAX = 256;
  private static final int RESULTS_MAX = 32;
  private static final int CONDITIONS_MAX = 8;
  private static final int ADDRESSES_MAX = 16;
  private static final int INTERFACE_BYTES_MAX = 256;
  private static final int HARDWARE_BYTES_MAX = 128;
  private static final List<String> SOURCES = List.of("FromClaim", "FromClass");

  private ClaimStatusRules() {}

  static void check(Field claim, Field old) {
    Field status = claim.child("status");
    users(status.child("reservedFor"));
    Field allocation = status.child("allocation");
    Set<String> devices = new HashSet<>();
    allocation.at("devices", "results").items().forEach(result -> devices.add(id(result)));
    Set<String> seen = new HashSet<>();
    for (Field device : status.child("devices").items()) {
      device(device, devices);
      if (!seen.add(id(device))) {
        device.errors().duplicate(device.path(), TextNode.valueOf(id(device)));
      }
    }
    reserved(claim, old);
    if (old.at("status", "allocation").present() && allocation.present()) {
      KindRules.immutable(allocation, old.at("status", "allocation"));
    } else if (allocation.present()) {
      allocation(allocation, ClaimRules.requestNames(claim.at("spec", "devices")));
    }
  }

  private static void users(Field users) {
    if (!ClaimRules.fits(users, USERS_MAX)) {
      return;
    }
    for (Field user : users.items()) {
      for (String name : List.of("resource", "name", "uid")) {
        user.child(name).require();
      }
    }
    ClaimRules.duplicates(users, "uid");
  }

  private static void reserved(Field claim, Field old) {
    Field users = claim.at("status", "reservedFor");
    if (users.node().isEmpty()) {
      return;
    }
    if (!claim.at("status", "allocation").present()) {
      users.forbidden("may not be specified when `allocated` is not set");
    } else if (claim.at("metadata", "deletionTimestamp").present()) {
      List<Field> before = old.at("status", "reservedFor").items();
      boolean added =
          users.items().stream()
              .anyMatch(now -> before.stream().noneMatch(b -> b.node().equals(now.node())));
      if (added) {
        users.forbidden(
            "new entries may not be added while `deallocationRequested` or `deletionTimestamp` are"
                + " set");
      }
    }
  }

  /** Driver, pool, device and share. */
  private static String id(Field device) {
    String share = device.child("shareID").text();
    return device.child("driver").text()
        + "/"
        + device.child("pool").text()
        + "/"
        + device.child("device").text()
        + (share.isEmpty() ? "" : "/" + share);
  }

  private static void device(Field device, Set<String> allocated) {
    place(device);
    if (!allocated.contains(id(device))) {
      device
          .errors()
          .invalid(device.path(), id(device), "must be an allocated device in the claim");
    }
    Field conditions = device.child("conditions");
    ClaimRules.fits(conditions, CONDITIONS_MAX);
    ConditionRules.check(conditions);
    if (device.child("data").present()) {
      ClaimRules.parameters(device.child("data"));
    }
    network(device.child("networkData"));
  }

  private static void place(Field device) {
    CsiRules.driverName(device.child("driver"));
    SliceRules.poolName(device.child("pool"));
    ClaimRules.label(device.child("device"));
    Field share = device.child("shareID");
    if (share.present() && !isUid(share.text())) {
      share.invalid(
          "uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with"
              + " lowercase hexadecimal characters");
    }
  }

  private static boolean isUid(String text) {
    try {
      return UUID.fromString(text).toString().equals(text);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static void network(Field network) {
    limit(network.child("interfaceName"), INTERFACE_BYTES_MAX);
    limit(network.child("hardwareAddress"), HARDWARE_BYTES_MAX);
    Field addresses = network.child("ips");
    if (ClaimRules.fits(addresses, ADDRESSES_MAX)) {
      addresses.items().forEach(a -> Addresses.interfaceAddress(a.text()).forEach(a::invalid));
      ClaimRules.duplicates(addresses, "");
    }
  }

  private static void limit(Field text, int bytesMax) {
    if (text.text().length() > bytesMax) {
      text.errors().tooLong(text.path(), bytesMax);
    }
  }

  private static void allocation(Field allocation, Map<String, Set<String>> names) {
    Field results = allocation.at("devices", "results");
    if (ClaimRules.fits(results, RESULTS_MAX)) {
      for (Field result : results.items()) {
        ClaimRules.reference(result.child("request"), names);
        place(result);
        SliceRules.bindingConditions(result);
      }
    }
    Field configs = allocation.at("devices", "config");
    if (ClaimRules.fits(configs, 2 * ClaimRules.CONFIGS_MAX)) {
      for (Field config : configs.items()) {
        if (config.child("source").require()) {
          config.child("source").oneOf(SOURCES);
        }
        ClaimRules.references(config.child("requests"), names);
        ClaimRules.configuration(config);
      }
    }
    if (allocation.child("nodeSelector").present()) {
      SelectorRules.nodeSelector(allocation.child("nodeSelector"));
    }
  }
}
