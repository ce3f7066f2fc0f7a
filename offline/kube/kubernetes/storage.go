package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	provisioner = "rancher.io/local-path"
	volumes     = "/var/local-path-provisioner"
	// Of two looks at the claims. A cluster of one node has few, and a test waits for each.
	pause = 500 * time.Millisecond
	// Set by Kubernetes on claims and volumes.
	provisionedBy = "pv.kubernetes.io/provisioned-by"
	provisionFor  = "volume.kubernetes.io/storage-provisioner"
)

// storageCommand gives each claim of the class that kind calls "standard" a folder of the node, as Rancher's local-path
// provisioner does: writable for all, because volumes of this type are not handed over to a pod's user.
func storageCommand() *cobra.Command {
	return &cobra.Command{
		Use:          "local-path-provisioner KUBECONFIG",
		Args:         cobra.ExactArgs(1),
		SilenceUsage: true,
		RunE: func(command *cobra.Command, arguments []string) error {
			config, err := clientcmd.BuildConfigFromFlags("", arguments[0])
			if err != nil {
				return err
			}
			client, err := kubernetes.NewForConfig(config)
			if err != nil {
				return err
			}
			syscall.Umask(0)
			for ; ; time.Sleep(pause) {
				if err := reconcile(command.Context(), client); err != nil {
					fmt.Fprintln(os.Stderr, err)
				}
			}
		},
	}
}

func reconcile(ctx context.Context, client kubernetes.Interface) error {
	claims, err := client.CoreV1().PersistentVolumeClaims("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, claim := range claims.Items {
		if claim.Status.Phase == v1.ClaimPending && claim.Annotations[provisionFor] == provisioner {
			if err := provision(ctx, client, &claim); err != nil {
				return err
			}
		}
	}
	existing, err := client.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return err
	}
	for _, volume := range existing.Items {
		isOurs := volume.Annotations[provisionedBy] == provisioner
		if isOurs && volume.Status.Phase == v1.VolumeReleased && volume.Spec.PersistentVolumeReclaimPolicy == v1.PersistentVolumeReclaimDelete {
			if err := remove(ctx, client, &volume); err != nil {
				return err
			}
		}
	}
	return nil
}

func provision(ctx context.Context, client kubernetes.Interface, claim *v1.PersistentVolumeClaim) error {
	name := "pvc-" + string(claim.UID)
	folder := filepath.Join(volumes, name+"_"+claim.Namespace+"_"+claim.Name)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	kind := v1.HostPathDirectoryOrCreate
	volume := &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{provisionedBy: provisioner}},
		Spec: v1.PersistentVolumeSpec{
			AccessModes:                   claim.Spec.AccessModes,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: claim.Spec.Resources.Requests[v1.ResourceStorage]},
			PersistentVolumeReclaimPolicy: v1.PersistentVolumeReclaimDelete,
			StorageClassName:              *claim.Spec.StorageClassName,
			ClaimRef: &v1.ObjectReference{
				Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: claim.Namespace, Name: claim.Name, UID: claim.UID,
			},
			PersistentVolumeSource: v1.PersistentVolumeSource{HostPath: &v1.HostPathVolumeSource{Path: folder, Type: &kind}},
		},
	}
	_, err := client.CoreV1().PersistentVolumes().Create(ctx, volume, metav1.CreateOptions{})
	return err
}

func remove(ctx context.Context, client kubernetes.Interface, volume *v1.PersistentVolume) error {
	if err := os.RemoveAll(volume.Spec.HostPath.Path); err != nil {
		return err
	}
	return client.CoreV1().PersistentVolumes().Delete(ctx, volume.Name, metav1.DeleteOptions{})
}
