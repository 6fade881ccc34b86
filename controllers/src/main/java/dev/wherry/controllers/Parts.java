package dev.wherry.controllers;

import dev.wherry.machinery.client.ApiClient;
import dev.wherry.machinery.event.EventRecorder;
import dev.wherry.machinery.informer.Informers;
import dev.wherry.machinery.loop.Applier;
import dev.wherry.machinery.time.Timer;

/**
 * What every controller is made of.
 *
 * @param batches how writes that do not wait for each other are made
 */
public record Parts(
    ApiClient client,
    Informers informers,
    EventRecorder events,
    Applier applier,
    Timer timer,
    Batches batches) {}
