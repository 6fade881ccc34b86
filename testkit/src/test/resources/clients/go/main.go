// Real work with client-go: typed clients in protobuf, informers, leader election, the dynamic
// client, server-side apply, and a watch that is resumed. The first argument is a kubeconfig.
package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/pager"
	"k8s.io/client-go/util/retry"
)

const namespace = "go"

var ctx, cancel = context.WithTimeout(context.Background(), 90*time.Second)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func require(holds bool, what string, arguments ...any) {
	if !holds {
		panic(fmt.Sprintf(what, arguments...))
	}
}

func await(what string, condition func() bool) {
	for !condition() {
		select {
		case <-ctx.Done():
			panic("never: " + what)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func configMap(name string, n int) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"made": "go"}},
		Data:       map[string]string{"n": fmt.Sprint(n)},
	}
}

func main() {
	defer cancel()
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	check(err)
	config.QPS, config.Burst = 200, 200
	dynamicClient, err := dynamic.NewForConfig(config)
	check(err)
	inProtobuf := rest.CopyConfig(config)
	inProtobuf.ContentType = runtime.ContentTypeProtobuf
	inProtobuf.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	client, err := kubernetes.NewForConfig(inProtobuf)
	check(err)

	version, err := client.Discovery().ServerVersion()
	check(err)
	require(version.Major == "1", "version %v", version)
	_, err = client.CoreV1().Namespaces().Create(ctx,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}, metav1.CreateOptions{})
	check(err)
	followsWithInformers(client, dynamicClient)
	resumesAWatch(client)
	readsInPages(client)
	takesTurnsAfterConflicts(client)
	applies(client, dynamicClient)
	elects(client)
	fmt.Println("go did its work")
}

// Caches of two clients see the same objects, find them by an index, and see them go.
func followsWithInformers(client kubernetes.Interface, dynamicClient dynamic.Interface) {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
	maps := factory.Core().V1().ConfigMaps()
	check(maps.Informer().AddIndexers(cache.Indexers{"n": func(object any) ([]string, error) {
		return []string{object.(*corev1.ConfigMap).Data["n"]}, nil
	}}))
	var lock sync.Mutex
	events := map[string]int{}
	count := func(what string) { lock.Lock(); events[what]++; lock.Unlock() }
	counted := func(what string) int { lock.Lock(); defer lock.Unlock(); return events[what] }
	isOurs := func(object any) bool {
		accessor, fine := object.(metav1.Object)
		return fine && accessor.GetLabels()["made"] == "go"
	}
	_, err := maps.Informer().AddEventHandler(cache.FilteringResourceEventHandler{
		FilterFunc: isOurs,
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc:    func(any) { count("add") },
			UpdateFunc: func(any, any) { count("update") },
			DeleteFunc: func(any) { count("delete") },
		}})
	check(err)
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		require(synced, "%v is not synced", kind)
	}
	resource := schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	dynamics := dynamicinformer.NewFilteredDynamicSharedInformerFactory(dynamicClient, 0, namespace, nil)
	other := dynamics.ForResource(resource)
	other.Informer()
	dynamics.Start(ctx.Done())
	dynamics.WaitForCacheSync(ctx.Done())

	const objects = 50
	for n := range objects {
		_, err := client.CoreV1().ConfigMaps(namespace).Create(ctx, configMap(fmt.Sprintf("m%d", n), n), metav1.CreateOptions{})
		check(err)
	}
	await("all are added", func() bool { return counted("add") == objects })
	found, err := maps.Informer().GetIndexer().ByIndex("n", "7")
	check(err)
	require(len(found) == 1 && found[0].(*corev1.ConfigMap).Name == "m7", "by index: %v", found)
	await("the dynamic cache has all", func() bool {
		all, err := other.Lister().ByNamespace(namespace).List(labels.SelectorFromSet(labels.Set{"made": "go"}))
		check(err)
		return len(all) == objects
	})
	fresh, err := client.CoreV1().ConfigMaps(namespace).Get(ctx, "m7", metav1.GetOptions{})
	check(err)
	cached, err := maps.Lister().ConfigMaps(namespace).Get("m7")
	check(err)
	require(equality.Semantic.DeepEqual(fresh, cached), "%v is not %v", cached, fresh)
	check(client.CoreV1().ConfigMaps(namespace).DeleteCollection(ctx, metav1.DeleteOptions{},
		metav1.ListOptions{LabelSelector: "made=go"}))
	await("all are deleted", func() bool { return counted("delete") == objects })
	require(counted("update") == 0, "updates: %d", counted("update"))
}

// A second watch from where the first one ended sees what came after, once.
func resumesAWatch(client kubernetes.Interface) {
	maps := client.CoreV1().ConfigMaps(namespace)
	list, err := maps.List(ctx, metav1.ListOptions{})
	check(err)
	for n := range 6 {
		_, err := maps.Create(ctx, configMap(fmt.Sprintf("w%d", n), n), metav1.CreateOptions{})
		check(err)
	}
	from := list.ResourceVersion
	for part := range 2 {
		watcher, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: from, LabelSelector: "made=go", AllowWatchBookmarks: true})
		check(err)
		for n := 0; n < 3; {
			event := <-watcher.ResultChan()
			if event.Type == watch.Bookmark {
				continue
			}
			object, fine := event.Object.(*corev1.ConfigMap)
			require(fine && event.Type == watch.Added, "event %v", event)
			require(object.Name == fmt.Sprintf("w%d", 3*part+n), "got %s", object.Name)
			from = object.ResourceVersion
			n++
		}
		watcher.Stop()
	}
	_, err = maps.Watch(ctx, metav1.ListOptions{ResourceVersion: "nonsense"})
	require(apierrors.IsBadRequest(err), "a nonsensical revision: %v", err)
}

func readsInPages(client kubernetes.Interface) {
	pages := 0
	list := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		pages++
		return client.CoreV1().ConfigMaps(namespace).List(ctx, options)
	})
	list.PageSize = 2
	seen := 0
	check(list.EachListItem(ctx, metav1.ListOptions{LabelSelector: "made=go"}, func(runtime.Object) error { seen++; return nil }))
	require(seen == 6 && pages == 3, "%d objects in %d pages", seen, pages)
}

// Writers that disagree about the revision all get their turn.
func takesTurnsAfterConflicts(client kubernetes.Interface) {
	maps := client.CoreV1().ConfigMaps(namespace)
	stale, err := maps.Get(ctx, "w0", metav1.GetOptions{})
	check(err)
	var writers sync.WaitGroup
	for writer := range 5 {
		writers.Go(func() {
			check(retry.RetryOnConflict(wait.Backoff{Steps: 50, Duration: time.Millisecond, Factor: 1.2, Jitter: 1}, func() error {
				now, err := maps.Get(ctx, "w0", metav1.GetOptions{})
				check(err)
				now.Data[fmt.Sprintf("writer%d", writer)] = "was here"
				_, err = maps.Update(ctx, now, metav1.UpdateOptions{})
				return err
			}))
		})
	}
	writers.Wait()
	after, err := maps.Get(ctx, "w0", metav1.GetOptions{})
	check(err)
	require(len(after.Data) == 6, "%v", after.Data)
	_, err = maps.Update(ctx, stale, metav1.UpdateOptions{})
	require(apierrors.IsConflict(err), "a stale update: %v", err)
}

// Two managers of one object, typed and not; the second has to force.
func applies(client kubernetes.Interface, dynamicClient dynamic.Interface) {
	maps := client.CoreV1().ConfigMaps(namespace)
	_, err := maps.Apply(ctx, applycorev1.ConfigMap("applied", namespace).WithData(map[string]string{"a": "1", "b": "1"}),
		metav1.ApplyOptions{FieldManager: "one"})
	check(err)
	second := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": "applied", "namespace": namespace},
		"data":     map[string]any{"b": "2"},
	}}
	resource := dynamicClient.Resource(schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}).Namespace(namespace)
	_, err = resource.Apply(ctx, "applied", second, metav1.ApplyOptions{FieldManager: "two"})
	require(apierrors.IsConflict(err), "no conflict: %v", err)
	_, err = resource.Apply(ctx, "applied", second, metav1.ApplyOptions{FieldManager: "two", Force: true})
	check(err)
	now, err := maps.Get(ctx, "applied", metav1.GetOptions{})
	check(err)
	ours, err := applycorev1.ExtractConfigMap(now, "one")
	check(err)
	require(len(ours.Data) == 1 && ours.Data["a"] == "1", "manager one still owns %v", ours.Data)
	_, err = maps.Apply(ctx, applycorev1.ConfigMap("applied", namespace), metav1.ApplyOptions{FieldManager: "one"})
	check(err)
	now, err = maps.Get(ctx, "applied", metav1.GetOptions{})
	check(err)
	require(len(now.Data) == 1 && now.Data["b"] == "2", "left is %v", now.Data)
}

// The first of two candidates leads until it lets go, then the second does.
func elects(client kubernetes.Interface) {
	leaders := make(chan string, 2)
	stand := func(name string) context.CancelFunc {
		lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "leader",
			client.CoreV1(), client.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: name})
		check(err)
		term, end := context.WithCancel(ctx)
		go leaderelection.RunOrDie(term, leaderelection.LeaderElectionConfig{
			Lock: lock, LeaseDuration: 4 * time.Second, RenewDeadline: 3 * time.Second, RetryPeriod: 200 * time.Millisecond,
			ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { leaders <- name },
				OnStoppedLeading: func() {},
			}})
		return end
	}
	stepDown := stand("first")
	require(<-leaders == "first", "somebody else leads")
	defer stand("second")()
	stepDown()
	select {
	case name := <-leaders:
		require(name == "second", "%s leads", name)
	case <-ctx.Done():
		panic("nobody leads")
	}
	lease, err := client.CoordinationV1().Leases(namespace).Get(ctx, "leader", metav1.GetOptions{})
	check(err)
	require(*lease.Spec.HolderIdentity == "second" && *lease.Spec.LeaseTransitions == 1, "lease %v", lease.Spec)
}
