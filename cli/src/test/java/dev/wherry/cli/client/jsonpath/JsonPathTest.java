package dev.wherry.cli.client.jsonpath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.print.GoText;
import dev.wherry.model.json.Json;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonPathTest {
  private static final JsonNode DATA =
      Json.parse(
          """
          {"kind":"List","n":3,"labels":{"a.b/c":"dotted","x":"y"},
           "items":[{"name":"a","ports":[1,2,3],"on":true,"w":{"k":"v"}},
                    {"name":"b","ports":[4],"on":false},
                    {"name":"c","ports":[]}]}
          """);

  private static String evaluate(String template) {
    return JsonPath.parse(template, true).find(DATA).stream()
        .map(found -> found.stream().map(GoText::of).collect(Collectors.joining(" ")))
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{.kind} | List",
        "plain | plain",
        "{.items[*].name} | a b c",
        "{.items[0].name} | a",
        "{.items[-1].name} | c",
        "{.items[0:2].name} | a b",
        "{.items[-2:].name} | b c",
        "{.items[:2].name} | a b",
        "{.items[::2].name} | a c",
        "{.items[0,2].name} | a c",
        "{.items[0]['name','on']} | a true",
        "{.labels.x}{.labels['x']} | yy",
        "{.labels.a\\.b/c} | dotted",
        "{.labels['a\\.b/c']} | dotted",
        "{..name} | a b c",
        "{.items[?(@.name==\"b\")].ports[0]} | 4",
        "{.items[?(@.name!='b')].name} | a c",
        "{.items[?(@.on==true)].name} | a",
        "{.items[?(@.w)].name} | a",
        "{.items[0].ports[?(@>1)]} | 2 3",
        "{.items[0].ports[?(@<=2)]} | 1 2",
        "{.n}-{.nothing}-{.n} | 3--3",
        "{range .items[*]}[{.name}]{end}! | [a][b][c]!",
        "{range .items[*]}{.name}:{range .ports[*]}{@},{end};{end} | a:1,2,3,;b:4,;c:;",
        "{\"quoted\"}{' single'} | quoted single",
        "{.items[0].w.*} | v",
        "{$.kind} | List",
        "{.items[0].w} | map[k:v]",
      })
  void find_template_resultsAsText(String template, String expected) {
    assertEquals(expected, evaluate(template));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{.x | unclosed action",
        "{.a[ | unterminated array",
        "{.a[x]} | invalid array index x",
        "{'x} | unterminated quoted string",
        "{.a[?(@.b} | unterminated filter",
        "{.a[?(@.b)} | unclosed array expect ]",
        "{kind} | unrecognized identifier kind",
        "{end} | not in range, nothing to end",
        "{....a} | invalid multiple recursive descent",
      })
  void parse_broken_saysWhy(String template, String why) {
    JsonPathException e =
        assertThrows(JsonPathException.class, () -> JsonPath.parse(template, true));
    assertEquals(why, e.getMessage());
  }

  @Test
  void find_missingNotAllowed_isAnError() {
    JsonPath path = JsonPath.parse("{.nothing}", false);

    JsonPathException e = assertThrows(JsonPathException.class, () -> path.find(DATA));

    assertEquals("nothing is not found", e.getMessage());
  }

  @Test
  void find_indexBehindTheEnd_isAnError() {
    JsonPath path = JsonPath.parse("{.items[7]}", true);

    JsonPathException e = assertThrows(JsonPathException.class, () -> path.find(DATA));

    assertEquals("array index out of bounds: index 7, length 3", e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"items[0].name", ".items[0].name", "{items[0].name}", "{.items[0].name}"})
  void parseRelaxed_bracesAndDotMayMiss(String expression) {
    assertEquals("a", JsonPath.parseRelaxed(expression).find(DATA).getFirst().getFirst().asText());
  }
}
