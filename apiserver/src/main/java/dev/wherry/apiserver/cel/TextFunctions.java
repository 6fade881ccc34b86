package dev.wherry.apiserver.cel;

import static dev.wherry.apiserver.cel.CelFunction.global;
import static dev.wherry.apiserver.cel.CelFunction.member;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.wherry.apiserver.structural.TextFormats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code find, findAll} and {@code format.*} (library/regex.go, library/format.go). */
final class TextFunctions {
  private static final CelType FORMAT = OpaqueType.create("kubernetes.NamedFormat");
  private static final CelType TEXTS = ListType.create(SimpleType.STRING);

  private TextFunctions() {}

  /** A named format; its check gives the mistakes. */
  record Format(String name, Function<String, List<String>> check) {}

  static List<CelFunction> all() {
    List<CelFunction> all = new ArrayList<>();
    CelType text = SimpleType.STRING;
    all.add(member("find", "string_find_string", text, List.of(text, text), TextFunctions::find));
    all.add(
        member(
            "findAll",
            "string_find_all_string",
            TEXTS,
            List.of(text, text),
            a -> findAll((String) a[0], (String) a[1], -1)));
    all.add(
        member(
            "findAll",
            "string_find_all_string_int",
            TEXTS,
            List.of(text, text, SimpleType.INT),
            a -> findAll((String) a[0], (String) a[1], (Long) a[2])));
    for (Map.Entry<String, Function<String, List<String>>> e : TextFormats.named().entrySet()) {
      Format format = new Format(e.getKey(), e.getValue());
      String name = "format." + e.getKey();
      all.add(global(name, "format_" + e.getKey(), FORMAT, List.of(), a -> format));
    }
    all.add(
        global(
            "format.named",
            "format-named",
            OptionalType.create(FORMAT),
            List.of(text),
            a ->
                Optional.ofNullable(TextFormats.named().get((String) a[0]))
                    .map(check -> new Format((String) a[0], check))));
    all.add(
        member(
            "validate",
            "format-validate",
            OptionalType.create(TEXTS),
            List.of(FORMAT, text),
            a -> validate((Format) a[0], (String) a[1])));
    return all;
  }

  private static Object find(Object[] arguments) {
    Matcher matcher = Pattern.compile((String) arguments[1]).matcher((String) arguments[0]);
    return matcher.find() ? matcher.group() : "";
  }

  private static Object findAll(String text, String regex, long max) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    List<String> found = new ArrayList<>();
    while ((max < 0 || found.size() < max) && matcher.find()) {
      found.add(matcher.group());
    }
    return found;
  }

  private static Object validate(Format format, String text) {
    List<String> mistakes = format.check().apply(text);
    return mistakes.isEmpty() ? Optional.empty() : Optional.of(mistakes);
  }
}
