package dev.wherry.runtime.builtin.spec;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.runtime.Trees;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A bundle's config.json.
 *
 * @param hostname empty where the UTS namespace is somebody else's
 * @param allDevices whether the device cgroup lets everything through
 * @param resources the {@code linux.resources} part without devices
 * @param seccomp the profile, in the specification's form
 * @param users of a user namespace; empty for the host's
 * @param rootPropagation how mounts below the root travel; empty for the default
 */
public record OciSpec(
    OciProcess process,
    String rootPath,
    boolean readonlyRoot,
    String hostname,
    List<OciMount> mounts,
    Map<String, String> annotations,
    List<OciNamespace> namespaces,
    String cgroupsPath,
    ObjectNode resources,
    List<OciDevice> devices,
    boolean allDevices,
    Optional<ObjectNode> seccomp,
    List<String> maskedPaths,
    List<String> readonlyPaths,
    String rootPropagation,
    Map<String, String> sysctls,
    Optional<UserIds> users) {
  private static final String VERSION = "1.0.2";

  public OciSpec {
    mounts = List.copyOf(mounts);
    annotations = Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
    namespaces = List.copyOf(namespaces);
    devices = List.copyOf(devices);
    maskedPaths = List.copyOf(maskedPaths);
    readonlyPaths = List.copyOf(readonlyPaths);
    sysctls = Collections.unmodifiableMap(new LinkedHashMap<>(sysctls));
  }

  /** The same with root and mounts from other places. */
  public OciSpec from(String root, List<OciMount> places) {
    return new OciSpec(
        process,
        root,
        readonlyRoot,
        hostname,
        places,
        annotations,
        namespaces,
        cgroupsPath,
        resources,
        devices,
        allDevices,
        seccomp,
        maskedPaths,
        readonlyPaths,
        rootPropagation,
        sysctls,
        users);
  }

  /** The file's tree, a new one each time. */
  public ObjectNode tree() {
    ObjectNode tree = Trees.object().put("ociVersion", VERSION);
    tree.set("process", process.tree());
    tree.putObject("root").put("path", rootPath).put("readonly", readonlyRoot);
    if (!hostname.isEmpty()) {
      tree.put("hostname", hostname);
    }
    ArrayNode mountList = tree.putArray("mounts");
    mounts.forEach(mount -> mount.writeTo(mountList));
    ObjectNode notes = tree.putObject("annotations");
    annotations.forEach(notes::put);
    tree.set("linux", linux());
    return tree;
  }

  private ObjectNode linux() {
    ObjectNode linux = Trees.object();
    ArrayNode spaces = linux.putArray("namespaces");
    namespaces.forEach(namespace -> namespace.writeTo(spaces));
    users.ifPresent(ids -> ids.writeTo(linux));
    linux.put("cgroupsPath", cgroupsPath);
    ObjectNode limits = resources.deepCopy();
    ArrayNode rules = limits.putArray("devices");
    rules.addObject().put("allow", allDevices).put("access", "rwm");
    if (!allDevices) {
      devices.forEach(device -> device.writeRule(rules));
    }
    linux.set("resources", limits);
    ArrayNode nodes = linux.putArray("devices");
    devices.forEach(device -> device.writeNode(nodes));
    seccomp.ifPresent(profile -> linux.set("seccomp", profile));
    OciProcess.texts(linux.putArray("maskedPaths"), maskedPaths);
    OciProcess.texts(linux.putArray("readonlyPaths"), readonlyPaths);
    if (!rootPropagation.isEmpty()) {
      linux.put("rootfsPropagation", rootPropagation);
    }
    ObjectNode settings = linux.putObject("sysctl");
    sysctls.forEach(settings::put);
    return linux;
  }
}
