package dev.wherry.schemagen;

import com.google.gson.annotations.SerializedName;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.swagger.annotations.ApiModel;
import io.swagger.annotations.ApiModelProperty;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The structures of the published client, joined with their protobuf messages for the names. */
final class ModelTypes {
  private static final String MODELS = "io/kubernetes/client/openapi/models/";

  /** {@code CoreV1Event}: an optional group, a stable version, the simple name. */
  private static final Pattern CLASS_NAME =
      Pattern.compile("(?<group>[A-Z][a-z]+)?(?<version>V[0-9]+)(?<name>[A-Z].*)");

  private static final String AGGREGATOR = "k8s.io.kube_aggregator.pkg.apis.apiregistration.v1";

  private final ProtoMessages messages;
  private final Map<Class<?>, String> names = new HashMap<>();
  private final Map<Class<?>, String> protoNames = new HashMap<>();
  private final SortedMap<String, TypeDef> types = new TreeMap<>();

  private ModelTypes(ProtoMessages messages) {
    this.messages = messages;
  }

  /** Types by name; alpha and beta versions are left out, as upstream does not serve them. */
  static SortedMap<String, TypeDef> read(JarFile jar, ProtoMessages messages)
      throws ReflectiveOperationException {
    ModelTypes reader = new ModelTypes(messages);
    List<Class<?>> classes = new ArrayList<>();
    for (JarEntry entry : Collections.list(jar.entries())) {
      String name = entry.getName();
      if (name.startsWith(MODELS) && name.endsWith(".class") && name.indexOf('$') < 0) {
        String type = name.substring(0, name.length() - ".class".length()).replace('/', '.');
        Class<?> model = Class.forName(type);
        if (reader.name(model)) {
          classes.add(model);
        }
      }
    }
    for (Class<?> model : classes) {
      TypeDef type = reader.read(model);
      reader.types.put(type.name(), type);
    }
    return reader.types;
  }

  private boolean name(Class<?> model) {
    Matcher matcher = CLASS_NAME.matcher(model.getSimpleName());
    if (!matcher.matches()) {
      return false;
    }
    String version = matcher.group("version").toLowerCase(java.util.Locale.ROOT);
    String simpleName = matcher.group("name");
    // The aggregator publishes no messages; of its types one is named as another's.
    boolean aggregators = "Apiregistration".equals(matcher.group("group"));
    List<Descriptor> found = aggregators ? List.of() : messages.named(version, simpleName);
    String pack;
    if (found.isEmpty()) {
      pack = AGGREGATOR;
    } else {
      pack = choose(found, Optional.ofNullable(matcher.group("group"))).getFile().getPackage();
      protoNames.put(model, pack + "." + simpleName);
    }
    String[] labels = pack.split("\\.");
    String group = labels[labels.length - 2];
    names.put(model, group + "." + version + "." + simpleName);
    return true;
  }

  private static Descriptor choose(List<Descriptor> found, Optional<String> group) {
    if (found.size() == 1) {
      return found.getFirst();
    }
    String wanted = group.map(g -> g.toLowerCase(java.util.Locale.ROOT)).orElse("meta");
    return found.stream()
        .filter(d -> d.getFile().getPackage().contains("." + wanted + "."))
        .findFirst()
        .orElse(found.getFirst());
  }

  private TypeDef read(Class<?> model) {
    List<TypeDef.Field> fields = new ArrayList<>();
    for (Field field : model.getDeclaredFields()) {
      SerializedName json = field.getAnnotation(SerializedName.class);
      if (json != null && !Modifier.isStatic(field.getModifiers())) {
        ApiModelProperty doc = documentation(model, field);
        fields.add(
            new TypeDef.Field(
                json.value(),
                type(field.getGenericType(), model, json.value()),
                doc == null ? "" : doc.value(),
                doc != null && doc.required()));
      }
    }
    fields.sort(Comparator.comparing(TypeDef.Field::name));
    ApiModel doc = model.getAnnotation(ApiModel.class);
    return new TypeDef(
        names.getOrDefault(model, ""),
        protoNames.getOrDefault(model, ""),
        doc == null ? "" : doc.description(),
        fields);
  }

  private static @org.jspecify.annotations.Nullable ApiModelProperty documentation(
      Class<?> model, Field field) {
    for (Method method : model.getDeclaredMethods()) {
      String name = method.getName();
      if (method.getParameterCount() == 0
          && (name.equalsIgnoreCase("get" + field.getName())
              || name.equalsIgnoreCase("getIs" + field.getName().replaceFirst("^is", "")))
          && method.isAnnotationPresent(ApiModelProperty.class)) {
        return method.getAnnotation(ApiModelProperty.class);
      }
    }
    return null;
  }

  private FieldType type(Type type, Class<?> owner, String field) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? new FieldType.ListOf(type(arguments[0], owner, field))
          : new FieldType.MapOf(type(arguments[1], owner, field));
    }
    Class<?> raw = (Class<?>) type;
    String known = names.get(raw);
    if (known != null) {
      return new FieldType.Ref(known);
    }
    return switch (raw.getSimpleName()) {
      case "String" -> FieldType.Scalar.STRING;
      case "Integer" -> FieldType.Scalar.INT32;
      case "Long" -> FieldType.Scalar.INT64;
      case "Double" -> FieldType.Scalar.DOUBLE;
      case "Boolean" -> FieldType.Scalar.BOOLEAN;
      case "byte[]" -> FieldType.Scalar.BYTES;
      case "OffsetDateTime" ->
          isMicro(owner, field) ? FieldType.Scalar.MICRO_TIME : FieldType.Scalar.TIME;
      case "Quantity" -> FieldType.Scalar.QUANTITY;
      case "IntOrString" -> FieldType.Scalar.INT_OR_STRING;
      case "Object" -> structureOrJson(owner, field);
      default -> throw new IllegalStateException("no rule for " + raw + " in " + owner);
    };
  }

  /** A message without fields is a structure without fields; the client calls both an object. */
  private FieldType structureOrJson(Class<?> owner, String field) {
    Descriptor message = messages.all().get(protoNames.getOrDefault(owner, ""));
    FieldDescriptor found = message == null ? null : message.findFieldByName(field);
    if (found == null
        || found.getJavaType() != FieldDescriptor.JavaType.MESSAGE
        || !found.getMessageType().getFields().isEmpty()) {
      return FieldType.Scalar.JSON;
    }
    Descriptor empty = found.getMessageType();
    String ownerName = names.getOrDefault(owner, "");
    String name = ownerName.substring(0, ownerName.lastIndexOf('.') + 1) + empty.getName();
    types.put(name, new TypeDef(name, empty.getFullName(), "", List.of()));
    return new FieldType.Ref(name);
  }

  private boolean isMicro(Class<?> owner, String field) {
    Descriptor message = messages.all().get(protoNames.getOrDefault(owner, ""));
    return message != null
        && message.findFieldByName(field) != null
        && message.findFieldByName(field).getMessageType().getName().equals("MicroTime");
  }
}
