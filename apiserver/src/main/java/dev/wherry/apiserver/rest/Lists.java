package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.cache.CachedObject;
import dev.wherry.apiserver.cache.ResourceCache;
import dev.wherry.apiserver.cache.StoreKeys;
import dev.wherry.apiserver.cache.WatchCache;
import dev.wherry.apiserver.conversion.Conversions;
import dev.wherry.apiserver.http.Exchange;
import dev.wherry.apiserver.registry.KindRegistry;
import dev.wherry.apiserver.table.TableFormat;
import dev.wherry.apiserver.view.Resource;
import dev.wherry.model.json.Json;
import dev.wherry.model.kind.KindInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.store.Page;
import dev.wherry.store.Store;
import dev.wherry.store.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** LIST: objects from the cache, or, for later pages and exact revisions, from the store. */
final class Lists {
  static final Duration NEWER_WITHIN = Duration.ofSeconds(3);

  /** Upstream lets a client whose token expired go on, without consistency, by a new token. */
  private static final String CONTINUE_EXPIRED =
      "The provided continue parameter is too old to display a consistent list result. You can"
          + " start a new list without the continue parameter, or use the continue token in this"
          + " response to retrieve the remainder of the results. Continuing with the provided"
          + " token results in an inconsistent list - objects that were created, modified, or"
          + " deleted between the time the first chunk was returned and now may show up in the"
          + " list.";

  private static final byte[] COMMA = {','};
  private static final byte[] END = {']', '}'};

  private final WatchCache cache;
  private final Store store;
  private final Answers answers;
  private final Conversions conversions;

  Lists(WatchCache cache, Store store, Answers answers, Conversions conversions) {
    this.conversions = conversions;
    this.cache = cache;
    this.store = store;
    this.answers = answers;
  }

  /**
   * One page.
   *
   * @param remaining objects behind the page; -1 where a selector leaves that open
   */
  record Result(List<CachedObject> objects, long revision, String continueToken, long remaining) {}

  Result list(KindInfo kind, ListOptions options) {
    Resource resource = KindRegistry.storage(kind);
    Optional<LateFields> late = LateFields.of(conversions, kind, options.selection());
    if (late.isEmpty()) {
      return page(listing(resource, options), options);
    }
    ListOptions early = options.selecting(late.get().early());
    return page(late.get().select(listing(resource, early)), options);
  }

  private ResourceCache.Listing listing(Resource resource, ListOptions options) {
    if (options.continueRevision() > 0) {
      return listingAt(resource, options, options.continueRevision());
    }
    if (options.match().equals("Exact") && options.revision() > 0) {
      return listingAt(resource, options, options.revision());
    }
    if (options.revision() > 0) {
      cache.await(options.revision(), NEWER_WITHIN);
    }
    return cache.list(resource, options.selection(), options.startKey());
  }

  /**
   * From memory as long as the cache remembers what happened since. What the store has forgotten is
   * gone for all: clients count on tokens that end.
   */
  private ResourceCache.Listing listingAt(Resource resource, ListOptions options, long revision) {
    if (revision < store.compactedRevision()) {
      throw expired(options);
    }
    return cache
        .listAt(resource, options.selection(), options.startKey(), revision)
        .orElseGet(() -> fromStore(resource, options, revision));
  }

  private ResourceCache.Listing fromStore(Resource resource, ListOptions options, long revision) {
    String prefix = StoreKeys.prefix(resource);
    String namespace = options.selection().namespace();
    String from = namespace.isEmpty() ? prefix : prefix + namespace + "/";
    String to = from.substring(0, from.length() - 1) + "0";
    if (!options.startKey().isEmpty()) {
      int slash = options.startKey().indexOf('/');
      String key =
          slash < 0 ? StoreKeys.key(resource, "", options.startKey()) : prefix + options.startKey();
      from = key + "\0";
    }
    try {
      Page page = store.range(from, to, revision, 0);
      List<CachedObject> objects =
          page.entries().stream().map(cache::object).filter(options.selection()::matches).toList();
      return new ResourceCache.Listing(objects, revision);
    } catch (StoreException.Compacted e) {
      throw expired(options);
    } catch (StoreException.FutureRevision e) {
      cache.await(revision, NEWER_WITHIN);
      throw ApiException.internal(String.valueOf(e.getMessage()));
    }
  }

  private static ApiException expired(ListOptions options) {
    if (options.startKey().isEmpty()) {
      return ApiException.expired("The resourceVersion for the provided list is too old.");
    }
    return ApiException.expired(CONTINUE_EXPIRED)
        .continuedBy(ListOptions.token(-1, options.startKey()));
  }

  private static Result page(ResourceCache.Listing listing, ListOptions options) {
    List<CachedObject> all = listing.objects();
    if (options.limit() == 0 || all.size() <= options.limit()) {
      return new Result(all, listing.revision(), "", -1);
    }
    List<CachedObject> some = all.subList(0, options.limit());
    boolean selected =
        !options.selection().labels().isEverything()
            || !options.selection().fields().isEverything();
    return new Result(
        some,
        listing.revision(),
        ListOptions.token(listing.revision(), some.getLast().key()),
        selected ? -1 : all.size() - some.size());
  }

  /** Streams a page; its memory does not grow with its length, save in YAML and protobuf. */
  void respond(Exchange exchange, KindInfo kind, ListOptions options) {
    Accepted form = Accepted.of(exchange.header("Accept"));
    Result result = list(kind, options);
    if (form.isTable()) {
      table(exchange, kind, result, form);
    } else if (form.isJson()) {
      json(exchange, kind, result, form);
    } else {
      ObjectNode list = Json.object();
      list.put("kind", listKind(kind, form)).put("apiVersion", listVersion(kind, form));
      list.set("metadata", metadata(result));
      var items = list.putArray("items");
      result.objects().forEach(object -> items.add(item(kind, object, form)));
      exchange.respond(200, form.contentType(true), Answers.encode(list, form));
    }
  }

  private String listKind(KindInfo kind, Accepted form) {
    return form.isPartial() ? "PartialObjectMetadataList" : answers.listKind(kind);
  }

  private static String listVersion(KindInfo kind, Accepted form) {
    return form.isPartial() ? form.metaVersion() : kind.apiVersion();
  }

  private ObjectNode item(KindInfo kind, CachedObject stored, Accepted form) {
    ObjectNode tree = conversions.view(kind, stored).tree();
    return form.isPartial() ? Answers.partial(tree, form) : tree;
  }

  private void json(Exchange exchange, KindInfo kind, Result result, Accepted form) {
    boolean zipped =
        !form.isPartial() && Compression.begin(exchange, () -> bytesOf(result.objects()));
    Exchange.ResponseStream stream = exchange.stream(200, form.contentType(true));
    String head =
        "{\"kind\":\""
            + listKind(kind, form)
            + "\",\"apiVersion\":\""
            + listVersion(kind, form)
            + "\",\"metadata\":"
            + new String(Json.write(metadata(result)), java.nio.charset.StandardCharsets.UTF_8)
            + ",\"items\":[";
    try (ListOutput plain = new ListOutput(stream);
        OutputStream out = zipped ? Compression.over(plain) : plain) {
      out.write(ListOptions.utf8(head));
      boolean first = true;
      for (CachedObject object : result.objects()) {
        if (!first) {
          out.write(COMMA);
        }
        out.write(
            form.isPartial()
                ? Json.write(item(kind, object, form))
                : conversions.view(kind, object).bytes());
        first = false;
      }
      out.write(END);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    stream.close();
  }

  private static long bytesOf(List<CachedObject> objects) {
    return objects.stream().mapToLong(object -> object.bytes().length).sum();
  }

  private void table(Exchange exchange, KindInfo kind, Result result, Accepted form) {
    TableFormat table = answers.table(kind, exchange, form);
    Exchange.ResponseStream stream = exchange.stream(200, table.contentType());
    try (ListOutput out = new ListOutput(stream);
        var generator = Json.FACTORY.createGenerator(out)) {
      table.open(generator, metadata(result));
      for (CachedObject object : result.objects()) {
        table.writeRow(generator, conversions.view(kind, object).tree());
      }
      table.close(generator);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    stream.close();
  }

  static ObjectNode metadata(Result result) {
    ObjectNode metadata = Json.object();
    metadata.put("resourceVersion", String.valueOf(result.revision()));
    if (!result.continueToken().isEmpty()) {
      metadata.put("continue", result.continueToken());
    }
    if (result.remaining() > 0) {
      metadata.put("remainingItemCount", result.remaining());
    }
    return metadata;
  }
}
