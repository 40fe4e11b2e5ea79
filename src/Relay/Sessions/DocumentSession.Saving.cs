using Relay.Backplane;
using Relay.Connections;
using Relay.Persistence;
using Relay.Telemetry;
using Relay.Yjs;

namespace Relay.Sessions;

/// <summary>
/// Snapshots: some time after the first change that none covers, sooner when the log holds much, and before the session
/// is left.
/// </summary>
internal sealed partial class DocumentSession
{
    /// <summary>So often a session that wants to leave waits for another node's save; then it saves itself.</summary>
    private const int RefusedClaims = 3;

    private readonly CoveredSnapshots snapshots = new();
    private IReadOnlySet<Position> unreadable = new HashSet<Position>();
    private Position saved;

    /// <summary>
    /// The newest snapshot after whose storing the log was still seen to hold its position: whoever followed another
    /// log later has read it, or something newer.
    /// </summary>
    private Position covered;
    private volatile bool isUnsaved;
    private long unsavedBytes;
    private volatile bool saving;
    private int failedSaves;

    /// <summary>Another node has claimed the save: it is waited for, as long as a claim lasts.</summary>
    private bool isSavedElsewhere;
    private int refusedClaims;

    private long documentVersion;
    private long encodedVersion = -1;
    private byte[] encoded = [];

    /// <summary>Whether there are updates that no snapshot covers; on any thread, as of a moment ago.</summary>
    public bool IsUnsaved => isUnsaved || saving;

    /// <summary>The whole document, encoded once per change.</summary>
    private byte[] EncodeState()
    {
        if (encodedVersion != documentVersion)
        {
            encoded = document.EncodeState();

            // It was collected for that.
            limit.Holds(document.MemoryBytes);
            encodedVersion = documentVersion;
            figures.Bytes = encoded.Length;
        }

        return encoded;
    }

    private void MarkUnsaved()
    {
        isUnsaved = true;
        if (saving || failedSaves > 0 || isSavedElsewhere || State == SessionState.Closed)
        {
            return;
        }

        if (unsavedBytes >= settings.SaveBytesOf(encoded.Length))
        {
            Save();
        }

        if (isUnsaved && !saving && !saveTimer.IsSet)
        {
            // Also if it is due by its bytes and cannot be saved now.
            saveTimer.Set(settings.SaveIntervalOf(encoded.Length));
        }
    }

    private void OnSaveDue()
    {
        isSavedElsewhere = false;
        Save();
        if (isUnsaved && !saving)
        {
            // Not now: something is still to be appended that the document has already.
            saveTimer.Set(settings.SaveInterval);
        }
    }

    private void Save()
    {
        // While a recovery is under way the document is more than its position says, and a snapshot under that position
        // may exist with less.
        if (saving || !isUnsaved || reconciling || IsRecovering || position.IsNone
            || State is SessionState.Loading or SessionState.Closed)
        {
            return;
        }

        var bytes = unsavedBytes;
        var snapshot = new Snapshot(Name, SnapshotKind.State, position, Now, EncodeState())
        {
            Covers = snapshots.ToArray(),
        };
        var known = unreadable;
        var before = covered;
        var isAsked = !pendingSaves.IsEmpty;
        pendingSaves.SaveBegins(position);
        saving = true;
        isUnsaved = false;
        unsavedBytes = 0;
        saveTimer.Clear();
        var started = services.Environment.Time.GetTimestamp();
        Start(
            settings.LongCallTimeout,
            cancellation => RelayTraces.TraceAsync(
                "document.save",
                Name,
                _ => refusedClaims < RefusedClaims && !isAsked
                    ? SaveAsync(snapshot, known, before, cancellation)
                    : SaveAnywayAsync(snapshot, known, before, cancellation)),
            outcome =>
            {
                if (outcome.Claim.IsGranted)
                {
                    services.Metrics.Saved(services.Environment.Time.GetElapsedTime(started), succeeded: true);
                    activity?.Saved(snapshot.Update.Length);
                }

                OnSaveEnded(snapshot, bytes, outcome);
            },
            exception =>
            {
                services.Metrics.Saved(services.Environment.Time.GetElapsedTime(started), succeeded: false);
                OnSaveFailed(snapshot, bytes, exception);
            });
    }

    /// <summary>
    /// Saves unless another node does: then nothing is written, and its claim says what it has saved so far.
    /// </summary>
    private async ValueTask<(SaveClaim Claim, bool? Stands)> SaveAsync(Snapshot snapshot, IReadOnlySet<Position> known,
        Position before, CancellationToken cancellation)
    {
        var claim = new SaveClaim(true, Position.None);
        try
        {
            claim = await RelayTraces.StepAsync("job.claim",
                _ => services.Jobs.ClaimAsync(Name, settings.SaveLease, cancellation));
        }
        catch (BackplaneUnavailableException exception)
        {
            // A claim saves work only, and two nodes that save one position write one snapshot.
            LogClaimFailed(services.Logger, exception, Name);
        }

        return (claim,
            claim.IsGranted && claim.Saved != snapshot.Position
            ? await RelayTraces.StepAsync("snapshot.store", _ => StoreAsync(snapshot, known, before, cancellation))
            : null);
    }

    /// <summary>
    /// The node that has claimed the save does not get on with it, and this session waits only for that; or a request
    /// waits for the save. Two nodes that save one position write one snapshot.
    /// </summary>
    private async ValueTask<(SaveClaim Claim, bool? Stands)> SaveAnywayAsync(Snapshot snapshot,
        IReadOnlySet<Position> known, Position before, CancellationToken cancellation) =>
        (new SaveClaim(true, Position.None),
            await RelayTraces.StepAsync("snapshot.store", _ => StoreAsync(snapshot, known, before, cancellation)));

    /// <summary>
    /// Stores a snapshot, and says whether the log still has its position after that; nothing when it cannot be asked.
    /// A log that is gone has expired where this position was covered before; otherwise it was lost.
    /// </summary>
    private async ValueTask<bool?> StoreAsync(Snapshot snapshot, IReadOnlySet<Position> known, Position before,
        CancellationToken cancellation)
    {
        await services.Snapshots.WriteAsync(snapshot, cancellation);
        try
        {
            // The log keeps what the second newest snapshot does not cover, so that a newest one that turns out
            // unreadable costs nothing. Counted from this one: newer ones may be of a history that a failover lost.
            var listing = await services.Snapshots.ListAsync(Name, cancellation);
            var second = listing.Where(s => !known.Contains(s.Position)).Select(s => s.Position)
                .SkipWhile(p => p != snapshot.Position).Skip(1).FirstOrDefault();
            await services.Log.CheckpointAsync(Name, snapshot.Position, second, cancellation);
            Mailbox.PostElsewhere(() => OnSnapshotsListed(snapshot.Position, listing));
            var deletable = settings.Retention.Deletable(listing, known, Now);
            foreach (var old in CoveredSnapshots.Prunable(deletable, listing, snapshot))
            {
                await services.Snapshots.DeleteAsync(Name, old, cancellation);
            }

            var after = await services.Log.ReadAsync(Name, snapshot.Position, cancellation);
            return after.Outcome switch
            {
                LogReadOutcome.Entries or LogReadOutcome.Trimmed => true,
                LogReadOutcome.NoLog => snapshot.Position == before,
                _ => false,
            };
        }
        catch (Exception exception)
        {
            // The snapshot is stored, and the next one makes up for this. Until then the log keeps more than it must,
            // and a restart looks at the document once more.
            LogCheckpointFailed(services.Logger, exception, Name);
            return null;
        }
    }

    private void OnSaveEnded(Snapshot snapshot, long bytes, (SaveClaim Claim, bool? Stands) outcome)
    {
        var (claim, stands) = outcome;
        if (claim.Saved == snapshot.Position)
        {
            OnSaved(snapshot, true);
            return;
        }

        if (claim.IsGranted)
        {
            OnSaved(snapshot, stands);
            return;
        }

        saving = false;
        snapshots.Heard(claim.Saved);
        isUnsaved |= saved != snapshot.Position;
        unsavedBytes += bytes;
        if (State == SessionState.Closed)
        {
            return;
        }

        if (isUnsaved)
        {
            // Its checkpoint is heard of; this is for the case that it dies, or saves less than there is by then.
            isSavedElsewhere = true;
            refusedClaims += State == SessionState.Draining ? 1 : 0;
            saveTimer.Set(State == SessionState.Draining ? settings.SavedElsewhereCheck : settings.SaveInterval);
        }
        else
        {
            // Nothing is left to repeat; what failed before was this very save.
            failedSaves = 0;
        }

        SaveForRequests();
        OnRequestsAnswered();
    }

    private void OnSaved(Snapshot snapshot, bool? stands)
    {
        saving = false;
        mustSave = false;
        failedSaves = 0;
        refusedClaims = 0;
        saved = snapshot.Position;
        snapshots.Stored(saved);
        LogSaved(services.Logger, Name, saved, snapshot.Update.Length);
        if (State == SessionState.Closed)
        {
            return;
        }

        if (isUnsaved)
        {
            MarkUnsaved();
        }

        if (stands is true)
        {
            covered = saved;
        }
        else if (stands is false)
        {
            // The log is another one by now, and those who follow it may not have seen this snapshot.
            savedLost = true;
            RequestReconcile();
        }

        if (stands is not false)
        {
            pendingSaves.Stored(snapshot.Position);
        }

        SaveForRequests();
        OnRequestsAnswered();
    }

    /// <summary>
    /// An entry that says nothing gives the document another position, and all who follow its log a reason to look
    /// where they stand.
    /// </summary>
    private void MoveOn()
    {
        outbox.Add(new OutboxItem(null, EmptyUpdate, 0, false, documentVersion));
        StartAppend();
    }

    /// <summary>A snapshot that the document may lack is read, and what only it has is appended anew.</summary>
    private void OnSnapshotsListed(Position stored, IReadOnlyList<SnapshotInfo> listing)
    {
        snapshots.Stored(stored);
        if (IsOpen && snapshots.LacksAnyOf(Name, listing, unreadable))
        {
            RequestReconcile();
        }
    }

    /// <summary>A node has stored a snapshot, this one or another.</summary>
    public void OnChannelSaved(Position at)
    {
        snapshots.Heard(at);
        if (State is SessionState.Loading or SessionState.Closed || at.Epoch != position.Epoch
            || at.Offset > position.Offset || (at.Epoch == saved.Epoch && at.Offset <= saved.Offset))
        {
            return;
        }

        saved = at;
        covered = at;
        if (at == position && !saving)
        {
            // Nothing is left to repeat: the next change is the first one again.
            isUnsaved = false;
            isSavedElsewhere = false;
            failedSaves = 0;
            refusedClaims = 0;
            unsavedBytes = 0;
            saveTimer.Clear();
        }

        pendingSaves.Stored(at);
        SaveForRequests();
        OnRequestsAnswered();
    }

    private void OnSaveFailed(Snapshot snapshot, long bytes, Exception exception)
    {
        saving = false;
        isUnsaved = true;
        unsavedBytes += bytes;
        if (State == SessionState.Closed)
        {
            return;
        }

        // The session stays in memory until it is stored, however long that takes; the log has everything meanwhile.
        if (++failedSaves == 1)
        {
            LogSaveFailed(services.Logger, exception, Name);
        }

        if (exception is SnapshotStoreUnavailableException { IsPositionTaken: true } && snapshot.Position == position)
        {
            // It was damaged after it was stored, and nobody knows of the store: repeating that helps no one.
            MoveOn();
        }
        else
        {
            pendingSaves.End(CloseReason.StoreUnavailable);
            OnRequestsAnswered();
        }

        // Another node may reach the store.
        Start(settings.CallTimeout, cancellation => services.Jobs.FailAsync(Name, exception.Message, cancellation),
            static () => { }, static _ => { });
        saveTimer.Set(services.Environment.Backoff(failedSaves, settings.FirstRetry, settings.LongestRetry));
    }
}
