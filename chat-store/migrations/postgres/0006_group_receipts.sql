-- Receipts in groups: who came in after a message, and with whom somebody shares a silence.

CREATE INDEX conversation_changes_joined ON conversation_changes (conversation_id, seq) WHERE kind = 'joined';

CREATE INDEX relations_silent_of_low ON relations (low_id, high_id)
    WHERE low_blocks_since IS NOT NULL OR high_blocks_since IS NOT NULL;
CREATE INDEX relations_silent_of_high ON relations (high_id, low_id)
    WHERE low_blocks_since IS NOT NULL OR high_blocks_since IS NOT NULL;
