package dev.wherry.schemagen;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** Every message of the published protobuf contracts, by its full name. */
final class ProtoMessages {
  private static final String OUTER = "io/kubernetes/client/proto/";

  private final Map<String, Descriptor> byFullName = new TreeMap<>();

  private ProtoMessages() {}

  static ProtoMessages read(JarFile jar) throws ReflectiveOperationException {
    ProtoMessages messages = new ProtoMessages();
    for (JarEntry entry : Collections.list(jar.entries())) {
      String name = entry.getName();
      if (name.startsWith(OUTER) && name.endsWith(".class") && name.indexOf('$') < 0) {
        String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
        Class<?> outer = Class.forName(type);
        if (hasDescriptor(outer)) {
          FileDescriptor file = (FileDescriptor) outer.getMethod("getDescriptor").invoke(null);
          file.getMessageTypes().forEach(m -> messages.byFullName.put(m.getFullName(), m));
        }
      }
    }
    return messages;
  }

  private static boolean hasDescriptor(Class<?> outer) {
    for (var method : outer.getMethods()) {
      if (method.getName().equals("getDescriptor")
          && method.getReturnType() == FileDescriptor.class) {
        return true;
      }
    }
    return false;
  }

  /** Messages of this simple name in packages of this version, newest packages first. */
  List<Descriptor> named(String version, String simpleName) {
    List<Descriptor> found = new ArrayList<>();
    byFullName.forEach((fullName, message) -> {
      if (message.getName().equals(simpleName)
          && message.getFile().getPackage().endsWith("." + version)) {
        found.add(message);
      }
    });
    return found;
  }

  Map<String, Descriptor> all() {
    return byFullName;
  }
}
