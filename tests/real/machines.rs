//! All nodes, behind the port of the model of AWS: orders are taken at once and carried out by a thread, in order. A node
//! whose system ends by itself is told to the model as EC2's status check would. Knows nothing of Auto Scaling.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use super::image::Image;
use super::machine::Machine;
use super::network;
use crate::fake::World;
use crate::fake::machines::{self, Launch, Machines};
use crate::fake::state::Place;

/// How often the nodes are looked at, and the model is brought up to the present.
const LOOK: Duration = Duration::from_millis(200);

enum Order {
    Launch(Box<Launch>),
    Terminate(String),
    Attach { id: String, interface: String, address: String },
    Detach { id: String, interface: String },
    Move { address: String, from: String },
    Volume { id: String, volume: String },
    NoVolume { id: String, volume: String },
    End,
}

/// The nodes.
pub struct Nodes {
    orders: Mutex<Sender<Order>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the thread works with.
struct Keeper {
    base: PathBuf,
    image: Image,
    endpoint: String,
    place: Place,
    model: Weak<World>,
    running: BTreeMap<String, Machine>,
}

impl Nodes {
    /// Starts the thread. Nodes lie below `base`; `endpoint` is that of the model of AWS.
    #[must_use]
    pub fn start(base: PathBuf, image: Image, endpoint: String, model: &Arc<World>, place: Place) -> Arc<Self> {
        let (orders, taken) = mpsc::channel();
        let model = Arc::downgrade(model);
        let mut keeper = Keeper { base, image, endpoint, place, model, running: BTreeMap::new() };
        let thread = std::thread::spawn(move || {
            loop {
                match taken.recv_timeout(LOOK) {
                    Ok(Order::End) | Err(RecvTimeoutError::Disconnected) => return,
                    Ok(order) => keeper.carry_out(order),
                    Err(RecvTimeoutError::Timeout) => keeper.look(),
                }
            }
        });
        Arc::new(Self { orders: Mutex::new(orders), thread: Mutex::new(Some(thread)) })
    }

    fn give(&self, order: Order) {
        // It fails when the thread has ended, and the nodes with it.
        let _ = self.orders.lock().unwrap_or_else(PoisonError::into_inner).send(order);
    }

    /// Ends all nodes and waits for it.
    pub fn end(&self) {
        self.give(Order::End);
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

impl Keeper {
    fn carry_out(&mut self, order: Order) {
        let done = match order {
            Order::Launch(launch) => Machine::launch(&launch, &self.base, &self.image, &self.endpoint).map(|machine| {
                self.running.insert(launch.id.clone(), machine);
            }),
            Order::Terminate(id) => {
                self.running.remove(&id);
                Ok(())
            }
            Order::Attach { id, interface, address } => {
                self.running.get_mut(&id).map_or(Ok(()), |machine| machine.attach_interface(&interface, &address))
            }
            Order::Detach { id, interface } => {
                self.running.get_mut(&id).map_or(Ok(()), |machine| machine.detach_interface(&interface))
            }
            Order::Move { address, from } => {
                let all: Vec<&str> = self.running.keys().map(String::as_str).collect();
                network::move_address(&address, self.running.contains_key(&from).then_some(from.as_str()), &all)
            }
            Order::Volume { id, volume } => {
                self.running.get(&id).map_or(Ok(()), |machine| machine.attach_volume(&self.base, &volume))
            }
            Order::NoVolume { id, volume } => {
                self.running.get(&id).map_or(Ok(()), |machine| machine.detach_volume(&volume))
            }
            Order::End => Ok(()),
        };
        if let Err(error) = done {
            eprintln!("real nodes: {error:#}");
        }
    }

    fn look(&mut self) {
        let Some(model) = self.model.upgrade() else { return };
        model.advance();
        model.look_at_metrics();
        let ended: Vec<String> =
            self.running.iter_mut().filter_map(|(id, machine)| (!machine.runs()).then(|| id.clone())).collect();
        for id in ended {
            eprintln!("real nodes: the system of {id} has ended");
            self.running.remove(&id);
            model.with(|w| machines::lost(w, &self.place, &id));
        }
    }
}

impl Machines for Nodes {
    fn launch(&self, launch: Launch) {
        self.give(Order::Launch(Box::new(launch)));
    }

    fn terminate(&self, id: &str) {
        self.give(Order::Terminate(id.to_owned()));
    }

    fn attach_interface(&self, id: &str, interface: &str, address: &str) {
        let (id, interface, address) = (id.to_owned(), interface.to_owned(), address.to_owned());
        self.give(Order::Attach { id, interface, address });
    }

    fn detach_interface(&self, id: &str, interface: &str) {
        self.give(Order::Detach { id: id.to_owned(), interface: interface.to_owned() });
    }

    fn move_address(&self, address: &str, from: &str) {
        self.give(Order::Move { address: address.to_owned(), from: from.to_owned() });
    }

    fn attach_volume(&self, id: &str, volume: &str) {
        self.give(Order::Volume { id: id.to_owned(), volume: volume.to_owned() });
    }

    fn detach_volume(&self, id: &str, volume: &str) {
        self.give(Order::NoVolume { id: id.to_owned(), volume: volume.to_owned() });
    }
}
