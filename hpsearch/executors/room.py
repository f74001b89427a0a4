"""How much memory a worker has for training, and how much a trial is predicted to take."""

import resource

import psutil
import torch

from hpsearch.cost.memory import Step, TrainingMemory, training_memory
from hpsearch.cost.workspace import CONTEXT_BYTES
from hpsearch.data.dataset import Dataset
from hpsearch.data.host import machine_bytes
from hpsearch.executors.machine import cores
from hpsearch.job import Job
from hpsearch.networks.build import build_network
from hpsearch.training.evaluation import batch_size
from hpsearch.training.samples.arrays import lies_near

USED = 0.85
"""Of the memory there is. Heuristic: what the allocator cannot give out in one piece, and what others need."""


def room_bytes(device: str, workers: int, gpu_share: float, dataset: Dataset) -> int:
    """What one worker may use for training, in this process, beside the data set, which is loaded already.

    On a CPU ``workers`` of them share the machine, as far as it has cores for them; a limit of this process alone
    (``ulimit -v``) is its own. On a GPU each has ``gpu_share`` of the memory. Never negative.
    """
    if device != "cpu":
        total = torch.cuda.get_device_properties(device).total_memory
        return max(0, int(total * gpu_share * USED) - CONTEXT_BYTES - placed_bytes(dataset, device))
    process = psutil.Process().memory_info()
    rooms = [machine_bytes() * USED / max(1, min(workers, cores())) - process.rss]
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        rooms.append(limit - process.vms)
    return max(0, int(min(rooms)))


def placed_bytes(dataset: Dataset, device: str) -> int:
    """What the data set takes of a device's memory: nothing where it stays beside it."""
    return dataset_bytes(dataset) if lies_near(dataset, torch.device(device)) else 0


def dataset_bytes(dataset: Dataset) -> int:
    """Of all splits, images and targets."""
    arrays = [
        one for split in (dataset.train, dataset.validation, dataset.test) for one in (split.images, split.targets)
    ]
    return sum(one.numel() * one.element_size() for one in arrays)


def training_bytes(job: Job, dataset: Dataset, device: str) -> TrainingMemory:
    """Predicted for a job in training, the data set aside.

    Runs the network on PyTorch's meta device; raises what it raises.
    """
    task, settings = dataset.task, job.optimizer
    network = build_network(job.network, task.input_shape, task.outputs, job.weights_seed)
    images = dataset.validation.images
    at_once = batch_size(images if device == "cpu" else images[:0].to("meta"))  # its shape and device alone count
    step = Step(
        batch_size=min(job.batch_size, job.budget.samples or task.train_samples, task.train_samples),
        optimizer=settings.name,
        momentum=settings.momentum,
        loss=task.loss,
        device="cpu" if device == "cpu" else "cuda",
        channels_last=device == "cpu" and job.network.name is not None,
        evaluated=0 if job.budget.epochs is None else min(len(images), at_once),
    )
    return training_memory(network, task.input_shape, task.outputs, step)
