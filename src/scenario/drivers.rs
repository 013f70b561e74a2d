//! Which storage drivers make block devices, and which share files.
//!
//! A block device has a file system that one node mounts; of files a server takes care, and any
//! number of nodes may mount them. The drivers' documentation says which they are; one that is not
//! in the table, or can do both, is not known.

use super::words::DiskKind;

/// CSI drivers and provisioners, by their names.
const DRIVERS: &[(&str, DiskKind)] = &[
    ("ebs.csi.aws.com", DiskKind::Block),
    ("ebs.csi.eks.amazonaws.com", DiskKind::Block),
    ("pd.csi.storage.gke.io", DiskKind::Block),
    ("disk.csi.azure.com", DiskKind::Block),
    ("cinder.csi.openstack.org", DiskKind::Block),
    ("csi.vsphere.vmware.com", DiskKind::Block),
    ("rbd.csi.ceph.com", DiskKind::Block),
    ("rook-ceph.rbd.csi.ceph.com", DiskKind::Block),
    ("driver.longhorn.io", DiskKind::Block),
    ("linstor.csi.linbit.com", DiskKind::Block),
    ("dobs.csi.digitalocean.com", DiskKind::Block),
    ("csi.hetzner.cloud", DiskKind::Block),
    ("linodebs.csi.linode.com", DiskKind::Block),
    ("block.csi.vultr.com", DiskKind::Block),
    ("csi.scaleway.com", DiskKind::Block),
    ("blockvolume.csi.oraclecloud.com", DiskKind::Block),
    ("diskplugin.csi.alibabacloud.com", DiskKind::Block),
    ("vpc.block.csi.ibm.io", DiskKind::Block),
    ("pxd.portworx.com", DiskKind::Block),
    ("csi-powerstore.dellemc.com", DiskKind::Block),
    ("io.openebs.csi-mayastor", DiskKind::Block),
    ("iscsi.csi.k8s.io", DiskKind::Block),
    ("kubernetes.io/aws-ebs", DiskKind::Block),
    ("kubernetes.io/gce-pd", DiskKind::Block),
    ("kubernetes.io/azure-disk", DiskKind::Block),
    ("kubernetes.io/cinder", DiskKind::Block),
    ("kubernetes.io/vsphere-volume", DiskKind::Block),
    ("kubernetes.io/rbd", DiskKind::Block),
    ("kubernetes.io/portworx-volume", DiskKind::Block),
    ("efs.csi.aws.com", DiskKind::Files),
    ("filestore.csi.storage.gke.io", DiskKind::Files),
    ("file.csi.azure.com", DiskKind::Files),
    ("nfs.csi.k8s.io", DiskKind::Files),
    ("smb.csi.k8s.io", DiskKind::Files),
    ("cephfs.csi.ceph.com", DiskKind::Files),
    ("rook-ceph.cephfs.csi.ceph.com", DiskKind::Files),
    ("manila.csi.openstack.org", DiskKind::Files),
    ("fsx.csi.aws.com", DiskKind::Files),
    ("nasplugin.csi.alibabacloud.com", DiskKind::Files),
    ("kubernetes.io/azure-file", DiskKind::Files),
    ("kubernetes.io/glusterfs", DiskKind::Files),
    (
        "k8s-sigs.io/nfs-subdir-external-provisioner",
        DiskKind::Files,
    ),
    (
        "cluster.local/nfs-subdir-external-provisioner",
        DiskKind::Files,
    ),
];

/// Sources of a PersistentVolume beside `csi`, by the names of their fields.
const SOURCES: &[(&str, DiskKind)] = &[
    ("awsElasticBlockStore", DiskKind::Block),
    ("gcePersistentDisk", DiskKind::Block),
    ("azureDisk", DiskKind::Block),
    ("cinder", DiskKind::Block),
    ("vsphereVolume", DiskKind::Block),
    ("rbd", DiskKind::Block),
    ("iscsi", DiskKind::Block),
    ("fc", DiskKind::Block),
    ("portworxVolume", DiskKind::Block),
    ("scaleIO", DiskKind::Block),
    ("nfs", DiskKind::Files),
    ("cephfs", DiskKind::Files),
    ("glusterfs", DiskKind::Files),
    ("azureFile", DiskKind::Files),
    ("hostPath", DiskKind::Files),
];

fn find(table: &[(&str, DiskKind)], name: &str) -> Option<DiskKind> {
    let found = table.iter().find(|(known, _)| *known == name);
    found.map(|(_, kind)| *kind)
}

/// What the disks of a CSI driver or a provisioner are, if that is known.
#[must_use]
pub fn of_driver(name: &str) -> Option<DiskKind> {
    find(DRIVERS, name)
}

/// What a volume with this source is, if that is known.
#[must_use]
pub fn of_source(field: &str) -> Option<DiskKind> {
    find(SOURCES, field)
}
