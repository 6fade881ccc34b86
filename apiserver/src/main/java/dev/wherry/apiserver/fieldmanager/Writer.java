package dev.wherry.apiserver.fieldmanager;

import dev.wherry.model.kind.KindInfo;

/**
 * Who writes, and through which door.
 *
 * @param manager the field manager's name; "" is "unknown"
 * @param kind in the version of the request
 * @param subresource "" for the object itself
 */
public record Writer(String manager, KindInfo kind, String subresource) {
  String apiVersion() {
    return kind.apiVersion();
  }
}
