package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A device node inside and what the device cgroup allows with it.
 *
 * @param type {@code c} or {@code b}
 * @param mode permission bits
 * @param access of r, w and m
 */
public record OciDevice(
    String path, char type, long major, long minor, int mode, int uid, int gid, String access) {
  void writeNode(ArrayNode devices) {
    devices
        .addObject()
        .put("path", path)
        .put("type", String.valueOf(type))
        .put("major", major)
        .put("minor", minor)
        .put("fileMode", mode)
        .put("uid", uid)
        .put("gid", gid);
  }

  void writeRule(ArrayNode rules) {
    ObjectNode rule = rules.addObject().put("allow", true).put("type", String.valueOf(type));
    rule.put("major", major).put("minor", minor).put("access", access);
  }
}
