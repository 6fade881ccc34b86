package dev.wherry.model.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.codec.DecodeException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What sigs.k8s.io/yaml makes of texts. */
class YamlTest {
  private static JsonNode parse(String text) {
    return Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  @ParameterizedTest
  @CsvSource({
    "yes,true",
    "Off,false",
    "y,true",
    "017,15",
    "0o17,15",
    "0x1F,31",
    "0b11,3",
    "1_000,1000",
    "08,8",
    "1.0,1",
    "1.50,1.5",
    ".5,0.5",
    "+5,5",
    "-3,-3",
    "~,null",
    "Null,null",
    "1e3,1000",
    "1e+3,1000",
    "2001-01-01,'\"2001-01-01\"'",
    "12:30,'\"12:30\"'",
    "100m,'\"100m\"'",
    "'\"yes\"','\"yes\"'",
    "'!!str 12','\"12\"'",
    "yEs,'\"yEs\"'",
    "18446744073709551615,18446744073709551615",
    "192.168.0.1,'\"192.168.0.1\"'"
  })
  void parse_scalar_meansWhatKubectlReads(String yaml, String json) {
    assertEquals(Json.parse("{\"a\":" + json + "}").toString(), parse("a: " + yaml).toString());
  }

  @Test
  void parse_tabsBeforeComments_areSpace() {
    String pod =
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: counter
        spec:
          containers:
            - name: count\t\t\t\t# the container's name
              image: busybox \t\t# the container's image
              args: [/bin/sh, -c, 'i=0; while true; do echo "$i: $(data)"; i=$((i+1)); sleep 1; done']
        \t
        """;
    JsonNode container = parse(pod).at("/spec/containers/0");
    assertEquals("count", container.path("name").asText());
    assertEquals("busybox", container.path("image").asText());
    assertTrue(container.at("/args/2").asText().contains("\"$i: $(data)\""));
  }

  @Test
  void parse_tabsInScalars_stay() {
    assertEquals("x\t# y\n\tz\n", parse("a: |\n  x\t# y\n  \tz\nb: 1\t# c\n").path("a").asText());
    assertEquals("x\t# y", parse("a: \"x\t# y\"\t# z\n").path("a").asText());
  }

  @Test
  void parse_keys_becomeStrings() {
    assertEquals("{\"1\":1,\"true\":2,\"a\":3}", parse("1: 1\nyes: 2\na: 3").toString());
  }

  @Test
  void parse_aliasesAndMerges_expand() {
    assertEquals(
        "{\"a\":{\"x\":1,\"z\":2},\"b\":{\"z\":3,\"x\":1}}",
        parse("a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  z: 3").toString());
  }

  @Test
  void parse_bomb_isRefused() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 20; i++) {
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(9)));
    }
    assertThrows(DecodeException.class, () -> parse(bomb.toString()));
  }

  @Test
  void parse_duplicate_isReportedLastCounts() {
    Json.Parsed parsed = Yaml.parse("s:\n  a: 1\n  a: 2\n".getBytes(StandardCharsets.UTF_8));
    assertEquals(List.of("s.a"), parsed.duplicates());
    assertEquals(2, parsed.tree().at("/s/a").asInt());
  }

  @Test
  void parse_broken_namesTheLine() {
    DecodeException refused = assertThrows(DecodeException.class, () -> parse("a: 1\nb: c: d\n"));
    assertTrue(String.valueOf(refused.getMessage()).contains("yaml: line 2:"));
  }

  @Test
  void documents_beginWithABrace_areJsonOrYamlInFlowStyle() {
    byte[] flow = "{kind: Pod, spec: {a: 1}}\n---\n{kind: Node}".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        List.of("{\"kind\":\"Pod\",\"spec\":{\"a\":1}}", "{\"kind\":\"Node\"}"),
        Yaml.documents(flow).stream().map(d -> d.tree().toString()).toList());
    byte[] broken = "{\"kind\": \"Pod\", ".getBytes(StandardCharsets.UTF_8);
    assertThrows(DecodeException.class, () -> Yaml.documents(broken));
  }

  @Test
  void documents_separators_split() {
    byte[] text = "# nothing\n---\na: 1\n--- # two\nb: 2\n---\n".getBytes(StandardCharsets.UTF_8);
    assertEquals(
        List.of("{\"a\":1}", "{\"b\":2}"),
        Yaml.documents(text).stream().map(d -> d.tree().toString()).toList());
    byte[] json = " {\"a\":1}\n{\"b\":\t2}".getBytes(StandardCharsets.UTF_8);
    assertEquals(2, Yaml.documents(json).size());
  }

  @Test
  void write_object_isKubectlsForm() {
    JsonNode tree =
        Json.parse(
            "{\"b\":[{\"y\":\"yes\",\"x\":1},[\"-\",\"a: b\"]],\"a\":{\"e\":{},\"l\":[],\"t\":\"x\\n"
                + " y\"},\"c\":\"\",\"d\":\"*\",\"k\":\"한국\"}");
    assertEquals(
        """
        a:
          e: {}
          l: []
          t: |-
            x
             y
        b:
        - x: 1
          "y": "yes"
        - - '-'
          - 'a: b'
        c: ""
        d: '*'
        k: 한국
        """,
        Yaml.write(tree));
  }

  @Property(tries = 500)
  void write_anyText_readsBack(@ForAll String key, @ForAll String value) {
    boolean whole =
        key.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF)
            && value.codePoints().noneMatch(c -> c >= 0xD800 && c <= 0xDFFF);
    JsonNode tree = Json.object().set("m", Json.object().put(key, value));
    if (whole) {
      assertEquals(tree, parse(Yaml.write(tree)));
    }
  }
}
